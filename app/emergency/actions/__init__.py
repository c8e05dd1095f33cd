"""Switching emergency mode on and off, its rota, and what the clock does with it."""

from app.emergency.actions.sweep import sweep_emergencies
from app.emergency.actions.switch import end, pass_duty, set_rota, switch_on

__all__ = ["end", "pass_duty", "set_rota", "sweep_emergencies", "switch_on"]
