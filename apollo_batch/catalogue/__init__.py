"""What Apollo offers: facts, no behaviour."""
