"""Routes of centres: what they offer, keeping them, their rota and rooms."""

from app.centres.api.keeping import router as keeping
from app.centres.api.reads import router as reads
from app.centres.api.rooms import router as rooms

routers = (reads, keeping, rooms)
