"""Many centres in one (多心合一): who is stationed where, windows, rooms, hours, the duty rota, and the booking of rooms."""
