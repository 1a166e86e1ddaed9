"""The goals service: checks each submission against its goal's history and records or rejects it."""
