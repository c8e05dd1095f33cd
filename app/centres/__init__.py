"""Centres (多心合一): who is stationed where, hours, windows, the duty rota, rooms and their bookings."""
