"""What the environment says about the server and the streams."""

import re
from dataclasses import dataclass

from eventsourcing.utils import Environment, strtobool

from events.log.client.resilient import JETSTREAM_API

NATS_URL = "NATS_URL"
NATS_API_PREFIX = "NATS_API_PREFIX"
NATS_STREAM = "NATS_STREAM"
NATS_REPLICAS = "NATS_REPLICAS"
NATS_ACK_SECONDS = "NATS_ACK_SECONDS"
CREATE_TABLE = "CREATE_TABLE"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """Read with the name of the application in front, then without it, as the library does.

    Attributes:
        url: `NATS_URL`: where the server is; several, comma-separated, for a cluster.
        api: `NATS_API_PREFIX`: what JetStream's API begins with, where the streams are imported from another account.
        prefix: `NATS_STREAM`: what every stream and subject begins with.
        replicas: `NATS_REPLICAS`: how many servers of a cluster keep each stream, when it is made.
        ack_seconds: `NATS_ACK_SECONDS`: how long an acknowledgement may take before the insert is in doubt.
        create: `CREATE_TABLE`: whether missing streams are made; the library's own name for it.
    """

    url: str
    api: str
    prefix: str
    replicas: int
    ack_seconds: float
    create: bool

    @classmethod
    def read(cls, env: Environment) -> "Settings":
        """Read the environment.

        Raises:
            OSError: as the library's own factories do, when a value makes no sense.
        """
        prefix = env.get(NATS_STREAM) or "eventsourcing"
        if not _TOKEN.fullmatch(prefix):
            raise OSError(f"{NATS_STREAM} is “{prefix}”; letters, digits, - and _ are possible, 64 at most.")
        try:
            return cls(
                url=env.get(NATS_URL) or "nats://127.0.0.1:4222",
                api=env.get(NATS_API_PREFIX) or JETSTREAM_API,
                prefix=prefix,
                replicas=int(env.get(NATS_REPLICAS) or 1),
                ack_seconds=float(env.get(NATS_ACK_SECONDS) or 5),
                create=strtobool(env.get(CREATE_TABLE) or "yes"),
            )
        except ValueError as error:
            names = f"{NATS_REPLICAS}, {NATS_ACK_SECONDS} or {CREATE_TABLE}"
            raise OSError(f"{names} makes no sense: {error}.") from None
