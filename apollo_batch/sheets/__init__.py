"""Spreadsheets: in at one end, out at the other."""
