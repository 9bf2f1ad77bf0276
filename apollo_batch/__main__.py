"""What `python -m apollo_batch` runs: the same as `apollo-batch`."""

from apollo_batch.entrypoints.cli import main

main()
