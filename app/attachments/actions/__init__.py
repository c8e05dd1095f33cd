"""Attaching files, opening and withdrawing them; the store that keeps them, the sandbox that makes them harmless."""

from app.attachments.actions.files import Sent, attach, collect, look, open_content, withdraw
from app.attachments.actions.sandbox import UPLOADS, clean, redact
from app.attachments.actions.store import Store

__all__ = ["UPLOADS", "Sent", "Store", "attach", "clean", "collect", "look", "open_content", "redact", "withdraw"]
