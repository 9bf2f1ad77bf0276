"""The record: everything that was asked, answered and paid, on SQLite or PostgreSQL."""
