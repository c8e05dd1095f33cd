"""Keeping a centre: hours, windows, rooms, stations, the rota; booking rooms."""
