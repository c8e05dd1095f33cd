"""Intake (登记): a report becomes a case, whichever way it came."""
