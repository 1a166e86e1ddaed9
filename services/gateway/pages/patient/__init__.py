"""A patient's page: why, what waits, what it is all for, how it is going."""
