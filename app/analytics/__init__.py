"""Figures over cases: dashboards of centres and areas, and indicators. They judge handling, never persons."""
