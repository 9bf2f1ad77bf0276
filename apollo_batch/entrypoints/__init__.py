"""The ways in: where words typed by a person become calls."""
