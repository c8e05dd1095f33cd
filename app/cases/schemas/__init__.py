"""What the steps take, and what is shown of a case."""
