"""`cairn serve notary`: keeps the tree of each stream of the log, signs it, and answers on `cairn.notary.STREAM`."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.log import Log, connect
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.run_until_first_ends import run_until_first_ends
from events.transparency.policies import Witness
from services.notary.answering import Answering
from services.notary.cosigning import MakeClient
from services.notary.errors import WitnessUnusable
from services.notary.notary import Notary
from services.notary.places import notary_folder, tree_folder
from services.notary.publishing import Publisher
from services.notary.requests import QUEUE, SUBJECT
from services.notary.witness_dealings import AskedWitness
from services.presence import answer_for
from services.reply_subjects import may_be_answered
from services.settings import Settings

NAME = "notary"
_MOST_AT_ONCE = 64
"""How many requests are worked on at a time; more wait at the server's pace."""
_log = logging.getLogger("cairn.notary")


def _now() -> datetime:
    return datetime.now(UTC)


def make_client(witness: Witness) -> AskedWitness | None:
    """What asks a witness over HTTP; None where it has no address, or one at which it must not be asked."""
    if witness.url is None:
        return None
    witnesses = import_module("services.notary.witnesses")  # 10 MB, for those alone who have witnesses
    try:
        client: AskedWitness = witnesses.WitnessClient(witness.url, witness.key)
        return client
    except WitnessUnusable as error:
        _log.error("%s", error)
        return None


async def serve(
    settings: Settings,
    ready: Callable[[str], None],
    streams: Sequence[str] = (),
    *,
    tell: Callable[[str], None] = lambda _: None,
    make_client: MakeClient = make_client,
) -> None:
    """Follow, sign, publish and answer until cancelled.

    Args:
        streams: Of which streams of the log; of all when none are named.
        tell: Told in one line when a notary has stopped signing.
        make_client: Makes what asks a witness.

    Raises:
        NotReachable: when there is no NATS server at the address.
        NotaryUnusable: a stream has no notary, or its files cannot be used.
        BadPlacement: the log has no such stream.
    """
    for stream in streams:
        settings.placement.check(stream)
    folders = {each: notary_folder(settings, each) for each in tuple(streams) or settings.placement.streams}
    for folder in folders.values():
        folder.identity()  # one that is missing is told before anything else
    async with AsyncExitStack() as closing:
        nc = await connect(settings.nats_address, name="cairn-notary", log_api=settings.log_api_prefix)
        closing.push_async_callback(nc.close)
        running: list[Coroutine[Any, Any, None]] = []  # as asyncio runs them
        for stream, folder in folders.items():
            log = Log(nc, stream)
            closing.push_async_callback(log.close)
            notary = Notary(
                log,
                folder,
                partial(tree_folder, settings),
                make_client,
                Publisher(nc, stream),
                _now,
                tell,
                settings.notary_audit_every,
            )
            running.append(notary.run())
            await _Door(nc, Answering(notary)).open(stream)
        await answer_for(nc, NAME)
        await flush(nc)  # so that whoever is told that it serves is heard
        ready(f"notary: answering {SUBJECT}.{', '.join(folders)}")
        await run_until_first_ends(*running)


class _Door:
    """Hears the requests for one notary."""

    def __init__(self, nc: ResilientClient, answering: Answering):
        self._nc = nc
        self._answering = answering
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()

    async def open(self, stream: str) -> None:
        await self._nc.subscribe(f"{SUBJECT}.{stream}", queue=QUEUE, cb=self._hear)

    async def _hear(self, message: Msg) -> None:
        if not message.reply or not may_be_answered(message.reply):
            return
        await self._room.acquire()
        task = asyncio.create_task(self._answer(message))
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._working.discard(task)
        self._room.release()

    async def _answer(self, message: Msg) -> None:
        try:
            await self._nc.publish(message.reply, await self._answering.answer(message.data))
        except (NatsError, OSError) as error:
            _log.info("an answer could not be sent: %s", type(error).__name__)
