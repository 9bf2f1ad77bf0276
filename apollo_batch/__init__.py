"""Spreadsheets in, Apollo.io asked, the same spreadsheets back with the answers."""

__version__ = "0.1.0"
