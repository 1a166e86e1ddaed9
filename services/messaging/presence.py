"""A service answers over NATS that it is there."""

from datetime import UTC, datetime

from services.messaging.broker import Broker
from services.presence import HEALTH, Presence, cairn_version


def answer_presence(broker: Broker, service: str) -> None:
    """Answer on `cairn.health.NAME` that a service is there, and what became of what it heard."""
    since = datetime.now(UTC)

    async def presence() -> Presence:
        return Presence(service=service, version=cairn_version(), since=since, handled=broker.counts.handled)

    broker.answer(
        f"{HEALTH}.{service}",
        presence,
        queue=service,
        title=f"health_of_{service}",
        says=f"Whether the {service} service is there, since when, and in which version.",
    )
