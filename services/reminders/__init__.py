"""Review notices: told on time, once, by scheduled messages of JetStream."""
