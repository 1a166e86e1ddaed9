"""Durable submission: every event published to `cairn.intake.ORG.PATIENT.GOAL` gets an outcome, however late."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from events.identity import INTAKE
from events.log import connect
from services.access.nats_requests import NatsRequests
from services.intake.accepting import Accepting, hear_intake
from services.intake.forwarding import Forwarder
from services.intake.pulling import Pull
from services.intake.streams import declare_intake
from services.messaging.broker import Broker, telling
from services.messaging.presence import answer_presence
from services.settings import Settings


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Accept submissions, and forward those that wait to the goals service, until cancelled.

    Raises:
        NotReachable: when there is no NATS server at the address.
        BadNatsUsers: the file that says who the users of the NATS server are cannot be used.
        WrongStream: a stream of intake is not as it has to be.
    """
    requests = NatsRequests.by(settings.nats_principals)
    async with AsyncExitStack() as closing:
        nc = await connect(settings.nats_address, name="cairn-intake")
        closing.push_async_callback(nc.close)
        declare = partial(declare_intake, nc, settings.log_replicas)
        await declare()
        accepting = Accepting(nc, requests)
        hearing = await connect(
            settings.nats_address, name="cairn-intake-accepting", on_error=telling(accepting.refuse_dropped)
        )
        closing.push_async_callback(hearing.close)
        closing.push_async_callback(accepting.finish)
        await accepting.begin()
        broker = Broker(hearing)
        hear_intake(broker, accepting.accept)
        answer_presence(broker, "intake")
        closing.push_async_callback(broker.stop)
        await broker.start()
        pull = Pull(nc, Forwarder(nc, settings.placement).forward, declare)
        ready(f"intake: accepting {INTAKE}.ORG.PATIENT.GOAL")
        await pull.run()
