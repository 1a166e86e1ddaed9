"""The client of NATS that every part of Cairn uses: nats-py, and what Cairn needs that nats-py does not do.

Whatever leans on a private part of nats-py is in this folder, and the lock pins its release.
"""
