"""Requests about one's own data: for staff, and with number and query code."""

from app.privacy.api.by_code import router as by_code
from app.privacy.api.staff import router as staff

routers = (staff, by_code)
