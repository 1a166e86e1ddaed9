"""Who acts: the services around the log, the node that runs them together, and the commands."""

DISTRIBUTION = "cairn"
"""Whose package this is; another distribution may have one of the same name (services/cli/own_packages.py)."""
