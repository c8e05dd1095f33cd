"""Notes on a case: what colleagues tell each other about it, with mentions that reach the person named."""
