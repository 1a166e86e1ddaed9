"""The node: everything a Cairn is made of, started by one command and kept running (`cairn up`)."""
