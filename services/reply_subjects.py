"""Where an answer may go.

Whoever asks over NATS names the subject of the answer, and it is published with the rights of the service that answers.
So it must be nowhere that those rights do harm: not into a stream of Cairn's, not to the server's own interfaces.
"""

import re

_OURS_OR_THE_SERVERS = ("cairn.", "$")
_NOWHERE = re.compile(r"[\s\x00]|(^|\.)[*>](\.|$)")


def may_be_answered(reply: str) -> bool:
    """Whether a service may publish its answer on a subject that someone unknown has chosen."""
    return not reply.startswith(_OURS_OR_THE_SERVERS) and _NOWHERE.search(reply) is None
