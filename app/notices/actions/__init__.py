"""Making notices and keeping them as they were made."""

from app.notices.actions.filling import Draft, Made, make
from app.notices.actions.keep import ERASE, draft, replace
from app.notices.actions.printing import PRINTS, masked_text, printed
from app.notices.actions.serving import approve_service, record_service

__all__ = [
    "ERASE", "PRINTS", "Draft", "Made", "approve_service", "draft", "make", "masked_text", "printed", "record_service", "replace",
]  # fmt: skip
