"""Asking about one's own data, answering, and giving the copy."""

from app.privacy.actions.ask import ask_at_window, ask_by_code, withdraw_by_code
from app.privacy.actions.decide import grant, refuse, serve
from app.privacy.actions.erasing import order_granted
from app.privacy.actions.give import fetch_by_code, hand_over
from app.privacy.actions.late import press_late

__all__ = [
    "ask_at_window",
    "ask_by_code",
    "fetch_by_code",
    "grant",
    "hand_over",
    "order_granted",
    "press_late",
    "refuse",
    "serve",
    "withdraw_by_code",
]
