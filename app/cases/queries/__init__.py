"""Every SELECT on cases. Rows leave through `visible_to` alone."""
