"""What was done with a notary: kept beside its keys at once, and recorded in a stream of its own when NATS is there.

The file is what a command writes that runs without NATS, and a notary that stops because the log is away. The record
(`services/administration/notary_history.py`) is where it is read from, and where it cannot be taken back. Neither is
asked before anything is signed: for that, keys and memory are in files of their own (decision 0037).

The record is in the same store as the log, and is lost or put back together with it. So what was recorded once is not
taken for recorded: at each start, and after each reconnect, the file is compared with the record anew (decision 0058).
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import Literal

from pydantic import BaseModel, ConfigDict

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from services.administration.notary_act import NotaryAct, founding
from services.notary.errors import ActsUnusable, NotaryUnusable
from services.notary.generations import Generation, Signed, Stopped
from services.notary.identity import Identity, NotaryFolder
from services.notary.kept_models import keep, kept
from services.notary.requests import MAX_ACTS, ActsAnswer

_FILE = "acts.json"
_LOOK_SECONDS = 2.0
_AGAIN_SECONDS = 10.0
"""How soon it is tried again to record what could not be recorded."""
_log = logging.getLogger("cairn.notary")


class _Noted(BaseModel):
    """What the file holds.

    Attributes:
        acts: Everything that was done, in order.
    """

    model_config = ConfigDict(frozen=True)  # earlier versions wrote how many of them were recorded

    acts: tuple[NotaryAct, ...] = ()


def check_acts(folder: NotaryFolder) -> None:
    """Make sure that what is about to be done can be noted afterwards.

    Raises:
        ActsUnusable: the file is damaged.
    """
    _noted(folder)


def note_act(folder: NotaryFolder, act: NotaryAct) -> None:
    """Note what was done, once it was.

    Raises:
        ActsUnusable: the file is damaged.
        OSError: it cannot be written.
    """
    with folder.noting():
        noted = _noted(folder)
        keep(folder.folder / _FILE, _Noted(acts=(*noted.acts, act)))


def note_rotation(
    folder: NotaryFolder,
    generation: Generation,
    kind: Literal["rotation_begun", "rotation_finished"],
    by: str,
    now: datetime,
) -> None:
    """Note that a rotation of the key of checkpoints has begun, or is finished.

    Raises:
        NotaryUnusable, OSError: as :func:`note_act`.
    """
    key, last = str(generation.keys()[0].verifier), generation.last_signed()
    size = last.size if last is not None else 0
    note_act(folder, NotaryAct(kind=kind, origin=generation.origin, at=now, by=by, key=key, size=size))


def note_stop(folder: NotaryFolder, origin: str, stopped: Stopped, signed: Signed | None) -> None:
    """Note that a notary signs no more.

    Args:
        signed: What it has signed last.

    Raises:
        NotaryUnusable, OSError: as :func:`note_act`.
    """
    size = signed.size if signed is not None else 0
    note_act(folder, NotaryAct(kind="stopped", origin=origin, at=stopped.at, reason=stopped.reason, size=size))


def note_missing_acts(folder: NotaryFolder, now: datetime) -> None:
    """Note what was done without being noted: by an earlier version, or by hand.

    What cannot be noted is logged, as a notary signs without its acts.

    Raises:
        NotaryUnusable: there is no notary, or it cannot be read what it has signed.
    """
    identity = folder.identity()
    is_stopped = folder.generation(identity).stopped() is not None
    try:
        missing = _missing(identity, _noted(folder).acts, now, is_stopped=is_stopped)
        if missing is not None:
            note_act(folder, missing)
    except (NotaryUnusable, OSError) as trouble:
        _log.warning("what was done with the notary of %s cannot be noted: %s", identity.stream, trouble)


def _missing(identity: Identity, acts: Sequence[NotaryAct], now: datetime, *, is_stopped: bool) -> NotaryAct | None:
    if not acts:
        # Or the file was moved away: then the record has this act already.
        return founding(identity.origin, identity.made_at, reason="It was made before acts were noted.")
    if acts[-1].kind == "stopped" and not is_stopped:
        reason = "What it had stopped for was put right."
        return NotaryAct(kind="resumed", origin=identity.origin, at=now, reason=reason)
    return None


def noted_acts(folder: NotaryFolder) -> Sequence[NotaryAct]:
    """Everything that was noted, in order.

    Raises:
        ActsUnusable: the file is damaged.
    """
    return _noted(folder).acts


class ActRecorder:
    """Records what is noted, in order and once, whenever NATS is there.

    Args:
        nc: A connection from :func:`events.log.connect`, which stays with its owner.
        folder: The notary's files.
        stream: The stream of the log.
        replicas: On how many servers of a cluster the record is kept, when its stream is made.
    """

    def __init__(self, nc: ResilientClient, folder: NotaryFolder, stream: str, replicas: int = 1):
        self._nc = nc
        self._folder = folder
        self._stream = stream
        self._replicas = replicas
        self._recorded: tuple[int, Sequence[NotaryAct]] | None = None
        """What is recorded, as far as is known, and after how many reconnects it was found to be."""

    async def run(self) -> None:
        """Record until cancelled."""
        while True:
            all_recorded = await self.record()
            await asyncio.sleep(_LOOK_SECONDS if all_recorded else _AGAIN_SECONDS)

    async def record(self) -> bool:
        """Record what is noted.

        Returns:
            Whether all of it is recorded now.
        """
        connection = self._nc.stats["reconnects"]
        try:
            noted = noted_acts(self._folder)
            if self._recorded != (connection, noted):
                await _recording().record_notary_acts(self._nc, self._stream, noted, self._replicas)
                self._recorded = connection, noted
        except (CairnError, OSError) as trouble:
            _log.warning("what was done with the notary of %s is not recorded yet: %s", self._stream, trouble)
            return False
        return True

    async def acts(self) -> ActsAnswer:
        """Everything that was done: what is recorded, and behind it what is noted only; of both, what can be read."""
        recorded: tuple[NotaryAct, ...] = ()
        try:
            recorded = await _recording().recorded_notary_acts(self._nc, self._stream)
        except CairnError as trouble:
            _log.warning("the record of what was done cannot be read now: %s", trouble)
        known, noted = {each.id for each in recorded}, list[NotaryAct]()
        try:
            noted.extend(each for each in _noted(self._folder).acts if each.id not in known)
        except ActsUnusable as trouble:
            _log.warning("what was noted cannot be read: %s", trouble)
        return ActsAnswer(acts=(*recorded, *noted)[-MAX_ACTS:], recorded=len(recorded))


def _noted(folder: NotaryFolder) -> _Noted:
    file = folder.folder / _FILE
    try:
        return kept(file, _Noted) or _Noted()
    except NotaryUnusable:
        raise ActsUnusable(
            f"{file} cannot be read. It says what was done with the notary, and nothing else depends on it: put it back"
            " from where a copy is kept, or move it away. What is recorded stays recorded."
        ) from None


def _recording() -> ModuleType:
    """What records, with the `eventsourcing` library: several MB, for those alone who have a notary."""
    return import_module("services.administration.recording")
