"""What is handed over, who decides it, and who is given an empty seat."""
