"""Cairn's events: their types, the state that they fold into, and the log that stores them.

Everything here but :mod:`events.log` is pure: no I/O, no clock, no randomness.
"""

DISTRIBUTION = "cairn"
"""Whose package this is; another distribution may have one of the same name (services/cli/own_packages.py)."""
