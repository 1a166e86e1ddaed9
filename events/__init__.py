"""What happened: the contract of Cairn's events, what they add up to, and the log that keeps them.

Everything here but :mod:`events.log` is pure: no I/O, no clock, no randomness.
"""

DISTRIBUTION = "cairn"
"""Whose package this is; another distribution may have one of the same name (services/cli/own_packages.py)."""
