"""What is explained at length, as texts: one page a code, in the order of the codes."""
