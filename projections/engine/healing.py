"""Healing a quarantined goal: once the message that could not be read is void, everything of the goal is read again."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from events.envelope import StoredMessage
from events.log import LogUnreachable
from projections.engine.decoding import voiding
from projections.engine.quarantine_retry import StoredLog

_log = logging.getLogger("cairn.projections")
_READ_AGAIN_SECONDS = 0.5
"""The pause before a log that did not answer is asked again."""


async def read_again(log: StoredLog, messages: Sequence[StoredMessage]) -> Mapping[str, Sequence[StoredMessage]]:
    """All that is stored on the subjects on which a message of a batch voids another; waits until the log answers."""
    subjects = voiding(messages)
    while subjects:
        try:
            return {subject: await log.read_stored(subject, last) for subject, last in subjects.items()}
        except LogUnreachable as trouble:
            _log.info("a goal with a void message is read again: %s", trouble)
            await asyncio.sleep(_READ_AGAIN_SECONDS)
    return {}
