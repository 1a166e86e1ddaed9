"""The page Today: whom to talk to first, and why."""
