"""Who asks, who wrote, who read: principals, the one policy, tokens, and the record of what was read."""
