"""Figures read over the cases that the caller may see."""
