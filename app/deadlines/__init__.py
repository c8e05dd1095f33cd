"""Deadlines (时限): procedures, the calendar of working days, and the clocks of cases."""
