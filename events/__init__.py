"""What happened: the contract of Cairn's events, what they add up to, and the log that keeps them.

Everything here but :mod:`events.log` is pure: no I/O, no clock, no randomness.
"""
