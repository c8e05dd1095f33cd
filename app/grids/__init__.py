"""Grids (网格): cells, the laws of coverage, and the one worker of each cell."""
