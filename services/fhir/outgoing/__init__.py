"""R4 and R5 resources of what Cairn's events add up to. Everything here is pure: from states and events to JSON."""
