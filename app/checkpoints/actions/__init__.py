"""What is done with checkpoints: signing the record, and holding it against what was signed."""
