"""Reading the code of the product: which SQL it runs, and which tables that reaches."""
