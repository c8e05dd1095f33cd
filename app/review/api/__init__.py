"""Routes of review and evaluation: the resident's doors, and those of staff."""

from app.review.api.resident import router as resident
from app.review.api.staff import router as staff

routers = (staff, resident)
