"""When each goal is to be looked at next."""
