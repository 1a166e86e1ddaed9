"""The auth callout: nats-server asks it about every client that it does not know, and it admits those with a token.

In a server that is configured by file, an answer of the callout may place a client in any account with any rights. So
`permissions.py` and `admission.py` are all that stands between a token and the house.
"""
