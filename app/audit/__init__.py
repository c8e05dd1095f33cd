"""Who looked at whom in clear: told to the petitioner by unit, read by auditors by person, case and pattern."""
