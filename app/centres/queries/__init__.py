"""Centres as places: pages and lists, duty, reception, rooms."""
