"""What `cairn bench start` measures, by name."""

PARTS = ("first-builds", "restarts", "reads", "counts")
"""The first is always measured: the others begin with what it leaves."""
