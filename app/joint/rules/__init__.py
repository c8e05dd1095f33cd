"""Working on a case together, as pure decisions."""
