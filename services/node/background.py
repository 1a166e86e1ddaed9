"""The services that nobody waits for in one process: intake, reminders, the record of who read what, and the notary.

Each has hardly anything to do, and a process of its own would cost as much memory as one that has. They share no more
than the process: each has its own connections, and one that ends with an error begins again by itself.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from events.log.run_until_first_ends import run_until_first_ends
from projections.engine.quarantine import reason_of
from services.access.service import serve as serve_access
from services.intake.service import serve as serve_intake
from services.node.first_builds import first_builds
from services.node.replaced_log import look_for_a_replaced_log
from services.notary.errors import TOLD, NotaryUnusable
from services.notary.places import streams_with_a_notary
from services.reminders.service import serve as serve_reminders
from services.settings import Settings

_AGAIN_SECONDS = 1.0
"""The pause before a service that ended with an error begins again."""
_NOTARY_AGAIN_SECONDS = 60.0
"""The pause before a notary whose files cannot be used is tried again."""
_log = logging.getLogger("cairn.background")

Ready = Callable[[str], None]
Service = Callable[[Settings, Ready], Coroutine[Any, Any, None]]  # as asyncio runs it


async def _serve_reminders(settings: Settings, ready: Ready) -> None:
    await serve_reminders(settings, ready, others_first=partial(first_builds, settings))


SERVICES: Mapping[str, Service] = {"intake": serve_intake, "reminders": _serve_reminders, "access": serve_access}


async def serve(
    settings: Settings, ready: Ready, tell: Callable[[str], None], services: Mapping[str, Service] = SERVICES
) -> None:
    """Run the services until cancelled, and look whether the log is the one that the database was built from.

    Args:
        ready: Told once, in one line, when all of them serve.
        tell: Told in a line what is found of the log; see :mod:`services.node.compared_log`.
        services: What runs here, by name.

    Raises:
        CairnError: one of them cannot start. Once it has served, it begins again instead.
    """
    told: dict[str, str] = {}
    services = {**services, **_notary(settings, tell)}

    def serving(name: str, line: str) -> None:
        if name not in told:
            told[name] = line
            if len(told) == len(services):
                ready(", ".join(told[each] for each in services))

    await run_until_first_ends(
        look_for_a_replaced_log(settings, tell),
        *(_keep(name, service, settings, partial(serving, name)) for name, service in services.items()),
    )


def _notary(settings: Settings, tell: Callable[[str], None]) -> Mapping[str, Service]:
    """The notary, where somebody has made one.

    What is wrong with its files is told, and keeps nobody from working: proofs can wait, patients cannot.
    """

    async def serve(settings: Settings, ready: Ready) -> None:
        notary = import_module("services.notary.service")  # it costs memory, for those alone who have one
        try:
            await notary.serve(settings, ready, streams_with_a_notary(settings), tell=tell)
        except NotaryUnusable as error:
            tell(f"{TOLD}{error}")
            _log.error("notary: %s", error)
            ready("notary: not usable")
            await asyncio.sleep(_NOTARY_AGAIN_SECONDS)

    try:
        there = bool(streams_with_a_notary(settings))
    except NotaryUnusable:
        there = True  # it says why when it begins
    return {"notary": serve} if there else {}


async def _keep(name: str, service: Service, settings: Settings, ready: Ready) -> None:
    serves = False

    def serving(line: str) -> None:
        nonlocal serves
        serves = True
        ready(line)

    while True:
        try:
            await service(settings, serving)
        except Exception as error:  # whatever it is, the other services go on
            if not serves:
                raise
            # Without the message, which may repeat what a patient wrote.
            _log.error("%s: %s; beginning again", name, reason_of(error))
        await asyncio.sleep(_AGAIN_SECONDS)
