"""Map truth: boundary files and code lists, read, converted and checked before a city takes them."""
