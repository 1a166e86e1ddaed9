"""Recording who reads what: the stream, the purposes, and the writing of records in groups."""
