"""Routing (分流): categories, and the rules that say which unit answers for what, where."""
