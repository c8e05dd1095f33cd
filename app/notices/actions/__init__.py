"""Making notices and keeping them as they were made."""

from app.notices.actions.filling import Draft, Made, make
from app.notices.actions.keep import draft, opened, replace
from app.notices.actions.printing import masked_text, printed

__all__ = ["Draft", "Made", "draft", "make", "masked_text", "opened", "printed", "replace"]
