"""What is known: read models, each built from the log by its own service."""

DISTRIBUTION = "cairn"
"""Whose package this is; another distribution may have one of the same name (services/cli/own_packages.py)."""
