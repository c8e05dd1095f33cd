"""Supervision (督办): what a higher unit asks of one that handles a case, and the written answer to it."""
