"""Reference data as files, and how they are read."""
