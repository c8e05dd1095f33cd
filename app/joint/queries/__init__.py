"""What units owe a case together, as it is read: only of cases that the caller may see."""
