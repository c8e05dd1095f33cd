"""Core: settings, database, access, problems, sealing, coordinates, HTTP and paging; no matter of its own."""
