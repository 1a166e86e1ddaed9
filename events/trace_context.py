"""The trace that an event belongs to: `traceparent` and `tracestate`, as W3C Trace Context has them.

An event carries them as attributes of the CloudEvents extension for distributed tracing, and Cairn never changes them.
An event without them gets those in the headers of its request.
"""

import re
from collections.abc import Mapping

TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_STATE = re.compile(r"[\x20-\x7e]{1,512}", re.ASCII)


def trace_context(headers: Mapping[str, str]) -> dict[str, str]:
    """The trace attributes in the headers of a request; none when the headers have none, or none that is valid.

    Args:
        headers: NATS or HTTP headers, their names in lower case.
    """
    parent = headers.get(TRACEPARENT)
    if parent is None or not _PARENT.fullmatch(parent):
        return {}
    state = headers.get(TRACESTATE, "")
    return {TRACEPARENT: parent, TRACESTATE: state} if _STATE.fullmatch(state) else {TRACEPARENT: parent}
