"""The log: one JetStream stream that keeps every recorded event, for ever and in order.

`Log.append` writes durably with optimistic concurrency, `Log.read` loads one goal, `Log.follow` streams everything
from a position through the past into live.
"""

from events.log.anchor import Anchor, LogReplaced
from events.log.client.connection import NotAdmitted, NotReachable, connect
from events.log.failures import LogBusy, LogUnavailable, LogUnreachable, MessageTooLarge, WrongVersion
from events.log.log import Append, Log
from events.log.reading import Batch, RawBatch
from events.log.stream import WrongStream, declare_log
from events.raw_message import RawMessage

__all__ = [
    "Anchor",
    "Append",
    "Batch",
    "Log",
    "LogBusy",
    "LogReplaced",
    "LogUnavailable",
    "LogUnreachable",
    "MessageTooLarge",
    "NotAdmitted",
    "NotReachable",
    "RawBatch",
    "RawMessage",
    "WrongStream",
    "WrongVersion",
    "connect",
    "declare_log",
]
