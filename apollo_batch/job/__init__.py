"""What somebody wants: a YAML file becomes a job, a row and a job become an item."""
