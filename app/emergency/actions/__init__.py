"""Switching an emergency on and off, its rota, and what the clock does with it."""

from app.emergency.actions.switch import Begin, OnDuty, end, pass_duty, set_rota, switch_on
from app.emergency.actions.tend import tend_emergencies

__all__ = ["Begin", "OnDuty", "end", "pass_duty", "set_rota", "switch_on", "tend_emergencies"]
