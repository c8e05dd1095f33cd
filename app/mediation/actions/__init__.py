"""The steps of a mediation. Each: lock case and mediation, judge by the table, change, record."""
