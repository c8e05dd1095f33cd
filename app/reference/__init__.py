"""The city's rules in force, read as one typed thing: categories, procedures, calendar, routing, names."""
