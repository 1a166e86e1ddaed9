"""What people would use instead, measured in the same run: one module for each."""

NAMES = ("js_publish", "eventsourcing_postgresql", "eventsourcing_sqlite", "umadb")
"""The peers of `bench append`; each is the module of that name, which needs packages of its own."""
LIVE = ("js_publish", "eventsourcing_live", "eventsourcing_tuned")
"""The peers of `bench whole`, likewise."""
READERS = ("bare_route", "datasette")
"""The peers of `bench http`; the second needs a command of its own."""
PROJECTIONS = ("eventsourcing_projection",)
"""The peers of `bench rebuild`, likewise."""
