"""Every setting of Cairn, in one place: environment variables with the prefix `CAIRN_`."""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from events.log.placement import BadPlacement, Placement, read_placement

Port = Annotated[int, Field(ge=0, le=65535)]


def _placement(given: object) -> object:
    try:
        return read_placement(given) if isinstance(given, str) else given
    except BadPlacement as error:
        raise PydanticCustomError("placement", "{reason}", {"reason": str(error)}) from None


def _public_url(given: str) -> str:
    url = urlsplit(given)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or url.username:
        raise PydanticCustomError(
            "public_url", "It must be an address such as https://cairn.example.org, with a path or without one."
        )
    return given.rstrip("/")


def _networks(given: str) -> str:
    for each in filter(None, map(str.strip, given.split(","))):
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise PydanticCustomError(
                "networks", "{each} is no IP address or network, such as 127.0.0.1 or 10.0.0.0/8.", {"each": each}
            ) from None
    return given


class Settings(BaseSettings):
    """How a Cairn is set up. `CAIRN_DATA_DIR=/var/lib/cairn` sets `data_dir`, and so on for each field."""

    model_config = SettingsConfigDict(env_prefix="CAIRN_", frozen=True, env_ignore_empty=True)

    data_dir: Path = Field(Path(".cairn"), description="Where the embedded server, SQLite and the log files live.")
    nats_url: str | None = Field(
        None, description="The nats-server to use, such as nats://127.0.0.1:4222. Without it `cairn up` embeds one."
    )
    nats_port: Port = Field(4222, description="The embedded server's port, on the loopback interface.")
    http_host: str = Field("127.0.0.1", description="The address that the gateway listens on.")
    http_port: Port = Field(8080, description="The port that the gateway listens on.")
    public_url: Annotated[str, AfterValidator(_public_url)] | None = Field(
        None,
        description="The address under which clients know the gateway, such as https://cairn.example.org. FHIR links"
        " and fullUrls begin with it. Without it: the Host that a request names.",
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="From which addresses X-Forwarded-Proto and X-Forwarded-Host are believed where there is no"
        " public URL: IP addresses or networks, separated by commas. Without any: from none.",
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the projections' database. Without it: SQLite in `data_dir`."
    )
    log_replicas: Annotated[int, Field(ge=1, le=5)] = Field(
        1, description="How many servers of a cluster keep the log; used only when the log's stream is first made."
    )
    placement: Annotated[InstanceOf[Placement], NoDecode, BeforeValidator(_placement)] = Field(
        Placement(),
        description="Which stream of the log each organisation is in, the same for every service:"
        " CAIRN_LOG_A=northside,southside;CAIRN_LOG_B=riverside. Without it: all in CAIRN_LOG. Events do not move"
        " from one stream to another, so an organisation keeps its place.",
    )
    nats_principals: Path | None = Field(
        None,
        description="A TOML file that says who the users of the NATS server are (deploy/README.md). Without it, whoever"
        " reaches Cairn over NATS may submit everything for everybody.",
    )
    max_waiting: Annotated[int, Field(ge=1)] = Field(
        10_000, description="Submissions that may wait for the log before further ones are answered log.busy."
    )
    ack_seconds: Annotated[float, Field(gt=0)] = Field(
        5.0, description="How long the log may take to acknowledge an append before Cairn looks whether it was stored."
    )
    cached_goals: Annotated[int, Field(ge=1)] = Field(
        20_000,
        description="Folded goals and plans that the goals service keeps in memory: about 18 KB for a goal of 20"
        " events; their events are at most 25 each on average.",
    )
    snapshot_every: Annotated[int, Field(ge=1)] = Field(
        20, description="A goal's folded state is kept for a quicker start each time it has grown by this many events."
    )
    notice_hour: Annotated[int, Field(ge=0, le=23)] = Field(
        0,
        description="The hour of a review's day, in the plan's time zone, from which on the review is reported as due.",
    )
    ready_lag_seconds: Annotated[float, Field(gt=0)] = Field(
        30.0,
        description="How long an event may wait for a projection before the gateway's /readyz says that it is not"
        " ready (503 projection.behind).",
    )
    access_records: Literal["required", "best_effort"] = Field(
        "required",
        description="Whether a patient's data is told only after the reading was recorded (required), or also when it"
        " cannot be recorded (best_effort).",
    )
    access_keep_days: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="After how many days the record of a reading goes; used only when the stream of the records is"
        " first made. Without it: never.",
    )
    sample: bool = Field(True, description="Whether `cairn up` fills an empty log with the sample clinic.")

    @property
    def nats_address(self) -> str:
        """The nats-server's address: the one that was set, or that of the embedded server."""
        return self.nats_url or f"nats://127.0.0.1:{self.nats_port}"

    @property
    def database_address(self) -> str:
        """The SQLAlchemy URL of the projections' database."""
        return self.database_url or f"sqlite:///{quote(str(self.data_dir.absolute() / 'cairn.db'))}"

    def environment(self) -> dict[str, str]:
        """This process's environment with these settings in it, for a child process that needs the same settings."""
        ours = {f"CAIRN_{name.upper()}": str(value) for name, value in self if value is not None}
        return {**{name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}, **ours}
