"""What is done with a proxy, verb first. Each: lock the case, judge by the table, change, record."""
