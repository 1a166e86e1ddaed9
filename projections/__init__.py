"""What is known: read models, each built from the log by its own service."""
