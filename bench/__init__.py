"""Speed measured against PostgreSQL itself on the same machine, in the same minute: `make bench`."""
