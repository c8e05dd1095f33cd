"""Signed checkpoints of the record: who changes what was written, past the service, is found out."""
