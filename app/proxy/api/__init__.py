"""Routes of proxy handling: those of staff and of the proxy, and the resident's with number and query code."""

from app.proxy.api.resident import router as resident
from app.proxy.api.staff import router as staff

routers = (staff, resident)
