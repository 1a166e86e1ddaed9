"""Which subjects an answer may be published on.

A client that asks over NATS names the subject of the answer, and the service publishes the answer with its own rights.
So the subject must not be one where those rights do harm: a stream of Cairn, or an interface of the server.
"""

import re

_OURS_OR_THE_SERVERS = ("cairn.", "CAIRN_", "$")
_NOWHERE = re.compile(r"[\s\x00]|(^|\.)[*>](\.|$)")


def may_be_answered(reply: str) -> bool:
    """Whether a service may publish its answer on a subject that someone unknown has chosen."""
    if reply.startswith(_OURS_OR_THE_SERVERS):
        return False
    # The first check is quick and stricter, and holds for the inboxes of all clients.
    return reply.replace(".", "").replace("_", "").isalnum() or _NOWHERE.search(reply) is None
