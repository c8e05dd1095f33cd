"""Reading the project's own code: which SQL it runs, whose tables that touches, how the house stands."""
