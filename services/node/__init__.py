"""The node: all parts of a Cairn, started by one command and kept running (`cairn up`)."""
