"""Proxies of cases, and what is owed under their authorities."""
