"""Routes of a case: reading, the steps, and the resident's own way in."""

from app.cases.api.file import router as file
from app.cases.api.notices import router as notices
from app.cases.api.public import router as public
from app.cases.api.reads import lists_router as lists
from app.cases.api.reads import router as reads
from app.cases.api.steps import router as steps

routers = (lists, reads, steps, notices, file, public)
