"""Durable submission: every event published to `cairn.intake.ORG.PATIENT.GOAL` gets an outcome, however late."""

from collections.abc import Callable
from functools import partial

from events.identity import INTAKE
from events.log import connect
from services.intake.forwarding import Forwarder
from services.intake.pulling import Pull
from services.intake.streams import declare_intake
from services.settings import Settings


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Forward waiting submissions to the goals service until cancelled.

    Raises:
        NotReachable: when there is no NATS server at the address.
        WrongStream: a stream of intake is not as it has to be.
    """
    nc = await connect(settings.nats_address, name="cairn-intake")
    try:
        declare = partial(declare_intake, nc, settings.log_replicas)
        await declare()
        pull = Pull(nc, Forwarder(nc, settings.placement).forward, declare)
        ready(f"intake: accepting {INTAKE}.ORG.PATIENT.GOAL")
        await pull.run()
    finally:
        await nc.close()
