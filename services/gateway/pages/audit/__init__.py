"""The page Audit, and the one of a single event."""
