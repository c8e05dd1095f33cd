"""Routes of review and evaluation: for the resident, and for staff."""

from app.review.api.resident import router as resident
from app.review.api.staff import router as staff

routers = (staff, resident)
