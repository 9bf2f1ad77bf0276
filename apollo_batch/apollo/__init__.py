"""The wire: chunks in, settlements out; no JSON leaves."""
