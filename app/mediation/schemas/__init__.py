"""Mediations as taken in and as shown."""
