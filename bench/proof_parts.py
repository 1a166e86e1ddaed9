"""What `cairn bench proof` measures, by name."""

PARTS = ("tree", "catching-up", "one-proof", "export", "submissions")
