"""Apollo, small and made up: the same addresses, its own telling of the rules."""
