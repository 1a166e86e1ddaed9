"""What people would use instead, measured in the same run: one module for each."""

NAMES = ("js_publish", "eventsourcing_postgresql", "eventsourcing_sqlite", "umadb")
"""The peers of `bench append`; each is the module of that name, which needs packages of its own."""
LIVE = ("js_publish", "eventsourcing_live")
"""The peers of `bench whole`, likewise."""
PROJECTIONS = ("eventsourcing_projection",)
"""The peers of `bench rebuild`, likewise."""
