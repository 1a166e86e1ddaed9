"""A witness: cosigns the checkpoints of logs that it has not run, and counts the events of its own organisation."""
