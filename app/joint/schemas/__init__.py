"""What is asked of units that work together, and what is shown."""
