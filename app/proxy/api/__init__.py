"""Routes of proxy handling: those of staff and of the proxy, and the resident's doors."""

from app.proxy.api.resident import router as resident
from app.proxy.api.staff import router as staff

routers = (staff, resident)
