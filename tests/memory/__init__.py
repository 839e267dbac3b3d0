"""Does the embedded model find what it was told? The question sets and their checks."""
