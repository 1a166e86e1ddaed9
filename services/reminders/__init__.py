"""Review notices: each is given once and on time, by scheduled messages of JetStream."""
