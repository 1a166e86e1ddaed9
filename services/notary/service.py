"""`cairn serve notary`: keeps the tree of each stream of the log, signs it, and answers on `cairn.notary.STREAM`."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any

from events.log import Log, connect
from events.log.run_until_first_ends import run_until_first_ends
from events.transparency.policies import Witness
from services.messaging.broker import Broker
from services.messaging.presence import answer_presence
from services.notary.acts import ActRecorder, note_missing_acts
from services.notary.answering import Answering, answer_requests
from services.notary.cosigning import MakeClient
from services.notary.errors import WitnessUnusable
from services.notary.notary import Notary
from services.notary.places import check_not_lost, notary_folder, tree_folder
from services.notary.publishing import Publisher, checkpoints_publisher
from services.notary.requests import SUBJECT
from services.notary.witness_dealings import AskedWitness
from services.settings import Settings

NAME = "notary"
_log = logging.getLogger("cairn.notary")


def _now() -> datetime:
    return datetime.now(UTC)


def make_client(witness: Witness) -> AskedWitness | None:
    """What asks a witness over HTTP; None where it has no address, or one at which it must not be asked."""
    if witness.url is None:
        return None
    logging.getLogger("httpx").setLevel(logging.WARNING)  # or each checkpoint would have a line of the log file
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
    for stream, folder in folders.items():
        check_not_lost(settings, stream)
        note_missing_acts(folder, _now())  # where there is no notary, that is told before anything else
    async with AsyncExitStack() as closing:
        nc = await connect(settings.nats_address, name="cairn-notary", log_api=settings.log_api_prefix)
        closing.push_async_callback(nc.close)
        broker = Broker(nc)
        checkpoints = checkpoints_publisher(broker)
        answering: dict[str, Answering] = {}
        running: list[Coroutine[Any, Any, None]] = []  # as asyncio runs them
        for stream, folder in folders.items():
            log = Log(nc, stream)
            closing.push_async_callback(log.close)
            notary = Notary(
                log,
                folder,
                partial(tree_folder, settings),
                make_client,
                Publisher(nc, stream, checkpoints),
                _now,
                tell,
                settings.notary_audit_every,
            )
            acts = ActRecorder(nc, folder, stream, settings.log_replicas)
            running += (notary.run(), acts.run())
            answering[stream] = Answering(notary, acts.acts)
        answer_requests(broker, folders, answering.__getitem__)
        answer_presence(broker, NAME)
        closing.push_async_callback(broker.stop)
        await broker.start()
        ready(f"notary: answering {SUBJECT}.{', '.join(folders)}")
        await run_until_first_ends(*running)
