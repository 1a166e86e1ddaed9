"""What stands before authentication: which host and which web page is answered, and how long a client may take."""
