"""What dashboards count, and which cells are too small to be shown. Pure."""
