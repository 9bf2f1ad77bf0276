"""One run: planned, carried out, reported."""
