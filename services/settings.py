"""Every setting of Cairn, in one place: environment variables with the prefix `CAIRN_`."""

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from events.log.placement import BadPlacement, Placement, read_placement
from services.access.tokens.issuer_urls import is_protected
from services.access.tokens.mapping_settings import read_claim_names, read_org_names, read_role_names

_HOST_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?", re.ASCII)
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


def _hosts(given: str) -> str:
    for each in filter(None, map(str.strip, given.split(","))):
        if not _HOST_NAME.fullmatch(each):
            raise PydanticCustomError(
                "hosts", "{each} is no host name without a port, such as cairn.example.org.", {"each": each}
            )
    return given


def _networks(given: str) -> str:
    for each in filter(None, map(str.strip, given.split(","))):
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise PydanticCustomError(
                "networks", "{each} is no IP address or network, such as 127.0.0.1 or 10.0.0.0/8.", {"each": each}
            ) from None
    return given


def _protected(given: str) -> str:
    if not is_protected(given) or urlsplit(given).query:
        raise PydanticCustomError("address", "It must be an https address, or an http address of this very machine.")
    return given


def _read_by(read: Callable[[str], object]) -> AfterValidator:
    """Refuses what cannot be read, with the sentence of the function that reads it."""

    def validate(given: str) -> str:
        try:
            read(given)
        except ValueError as error:
            raise PydanticCustomError("pairs", "{reason}", {"reason": str(error)}) from None
        return given

    return AfterValidator(validate)


class Settings(BaseSettings):
    """How a Cairn is set up. `CAIRN_DATA_DIR=/var/lib/cairn` sets `data_dir`, and so on for each field."""

    model_config = SettingsConfigDict(env_prefix="CAIRN_", frozen=True, env_ignore_empty=True)

    data_dir: Path = Field(Path(".cairn"), description="Where the embedded server, SQLite and the log files live.")
    nats_url: str | None = Field(
        None,
        description="The nats-server to use, such as nats://127.0.0.1:4222. Without it `cairn up` embeds one. Who"
        " connects by a file, and certificates, are named behind a question mark: deploy/README.md.",
    )
    log_api_prefix: str = Field(
        "$JS.API",
        description="What JetStream's API begins with for the streams of the log, where they are in another account"
        " than the user of the service: $JS.log.API in deploy/.",
        pattern=r"^[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*$",
    )
    nats_port: Port = Field(4222, description="The embedded server's port, on the loopback interface.")
    http_host: str = Field("127.0.0.1", description="The address that the gateway listens on.")
    http_port: Port = Field(8080, description="The port that the gateway listens on.")
    http_hosts: Annotated[str, AfterValidator(_hosts)] = Field(
        "",
        description="Under which host names the gateway may be asked beside localhost, separated by commas, such as"
        " cairn.example.org. The host of the public URL is one of them. Needed where it listens for other machines.",
    )
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
    make_streams: Literal["missing", "never"] = Field(
        "missing",
        description="Whether services make streams that are not there. With `never`, after the first start, a server"
        " that does not show them (another disk, another encryption key) is not written to, and is told of.",
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
    nats_auth_url: str | None = Field(
        None,
        description="The nats-server with the user of the account AUTH, as which `cairn serve auth` is asked whom to"
        " admit.",
    )
    nats_system_url: str | None = Field(
        None,
        description="The nats-server with a user of its system account, as which `cairn serve auth` ends connections.",
    )
    nats_callout_keys: Path | None = Field(
        None,
        description="The file with the keys of `cairn serve auth`, which --make-keys makes. Without it: `data_dir`"
        "/callout.keys.",
    )
    notary_dir: Path | None = Field(
        None,
        description="Where the notary keeps its keys and what it has signed, outside of `data_dir`: a backup that is"
        " put back must not take it along. Without it: the folder beside `data_dir` with -notary behind its name.",
    )
    notary_audit_hours: Annotated[float, Field(ge=0)] = Field(
        24.0,
        description="How many hours after the notary has read the whole log again, and compared it with what it has"
        " signed, it does so the next time; 0 for never.",
    )
    max_waiting: Annotated[int, Field(ge=1)] = Field(
        10_000, description="Submissions that may wait for the log before further ones are answered log.busy."
    )
    ack_seconds: Annotated[float, Field(gt=0)] = Field(
        5.0, description="How long the log may take to acknowledge an append before Cairn looks whether it was stored."
    )
    cached_goals: Annotated[int, Field(ge=1)] = Field(
        20_000,
        description="Folded goals and plans that the goals service keeps in memory: about 5 KB for a goal of 20 events,"
        " 150 bytes for each further one; their events are at most 100 each on average.",
    )
    snapshot_every: Annotated[int, Field(ge=1)] = Field(
        20,
        description="A goal's folded state is kept for a quicker start each time it has grown by this many events, and"
        " by an eighth.",
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
    access_nats_url: str | None = Field(
        None,
        description="Where a command that works in the log's own account has what it reads recorded, by another user:"
        " `cairn log backup` in deploy/. Without it: where the command works.",
    )
    access_keep_days: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="After how many days the record of a reading goes; used only when the stream of the records is"
        " first made. Without it: never.",
    )
    oidc_issuer: Annotated[str, AfterValidator(_protected)] | None = Field(
        None,
        description="The OpenID Connect issuer whose access tokens are accepted, written exactly as it names itself."
        " Without it: the issuer in `data_dir`, whose tokens `cairn token create` makes.",
    )
    oidc_audience: str | None = Field(
        None, description="The audience (`aud`) that a token of that issuer has to name: this Cairn's own, no client's."
    )
    oidc_client_id: str | None = Field(
        None,
        description="As which client of that issuer people sign in to the pages. Its redirect address is the public"
        " URL with /sign-in/callback. Without it, nobody signs in by a browser.",
    )
    oidc_client_secret_file: Path | None = Field(
        None, description="The file with the secret of that client, where it has one."
    )
    oidc_sign_in_scope: str = Field("openid", description="The scopes that a sign-in asks for; openid is one of them.")
    oidc_resource: str | None = Field(
        None,
        description="The resource (RFC 8707) that a sign-in asks for: mostly the audience, where the issuer gives a"
        " token for it only to who names it. Some issuers refuse to be told one.",
    )
    oidc_claims: Annotated[str, _read_by(read_claim_names)] = Field(
        "",
        description="Which claims say who asks, where they have other names than docs/tokens.md lists:"
        " roles=realm_access.roles;orgs=groups;id=cairn_id.",
    )
    oidc_roles: Annotated[str, _read_by(read_role_names)] = Field(
        "",
        description="What the issuer's roles are in Cairn: nurse=clinician;lead=supervisor. Others then mean nothing."
        " Without it: the issuer uses Cairn's own names.",
    )
    oidc_orgs: Annotated[str, _read_by(read_org_names)] = Field(
        "",
        description="What the issuer's organisations are in Cairn: /clinics/north=northside. Others then mean nothing."
        " Without it: the issuer uses Cairn's own ids.",
    )
    oidc_systems: str = Field(
        "", description="The client ids of applications that are systems and not people, separated by commas."
    )
    oidc_token_types: str = Field(
        "at+jwt",
        description="The `typ` that the issuer's access tokens have, separated by commas. RFC 9068 asks for at+jwt,"
        " which tells them from other tokens; an issuer that cannot do it needs JWT.",
    )
    oidc_longest_token_hours: Annotated[float, Field(gt=0)] = Field(
        24.0, description="For how long an access token of the issuer may be valid at most; one for longer is refused."
    )
    token_leeway_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        30.0, description="How far the clock of whoever makes tokens may be from this machine's."
    )
    witness_dir: Path = Field(
        Path(".cairn-witness"), description="Where `cairn witness` keeps its keys and what it has cosigned and counted."
    )
    witness_host: str = Field("127.0.0.1", description="The address that `cairn witness serve` listens on.")
    witness_port: Port = Field(8090, description="The port that `cairn witness serve` listens on.")
    witness_org: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = Field(
        None,
        description="The organisation whose events `cairn witness serve` counts, as its user at CAIRN_NATS_URL. Without"
        " it: nobody's; it cosigns checkpoints and no statement.",
    )
    witness_gateway_url: Annotated[str, AfterValidator(_protected)] | None = Field(
        None,
        description="The HTTP API that tells `cairn witness serve` which events were recorded while it did not listen,"
        " and at its start which checkpoint is published. Without it, what it has missed stays unknown.",
    )
    witness_token_file: Path | None = Field(
        None, description="The file with the access token for that API; it may read the organisation's history."
    )
    sample: bool = Field(True, description="Whether `cairn up` fills an empty log with the sample clinic.")

    @model_validator(mode="after")
    def _an_issuer_has_an_audience(self) -> Self:
        if self.oidc_issuer is not None and not self.oidc_audience:
            raise PydanticCustomError(
                "audience", "With CAIRN_OIDC_ISSUER set, CAIRN_OIDC_AUDIENCE is needed: the audience of its tokens."
            )
        if self.oidc_client_id is not None and self.oidc_issuer is None:
            raise PydanticCustomError("issuer", "CAIRN_OIDC_CLIENT_ID needs CAIRN_OIDC_ISSUER: where people sign in.")
        return self

    @model_validator(mode="after")
    def _a_witness_that_asks_has_a_token(self) -> Self:
        if (self.witness_gateway_url is None) != (self.witness_token_file is None):
            raise PydanticCustomError(
                "witness",
                "CAIRN_WITNESS_GATEWAY_URL and CAIRN_WITNESS_TOKEN_FILE are set together, or neither of them.",
            )
        return self

    @property
    def may_make_streams(self) -> bool:
        """Whether streams that are not there are made."""
        return self.make_streams == "missing"

    @property
    def nats_address(self) -> str:
        """The nats-server's address: the one that was set, or that of the embedded server."""
        return self.nats_url or f"nats://127.0.0.1:{self.nats_port}"

    @property
    def database_address(self) -> str:
        """The SQLAlchemy URL of the projections' database."""
        return self.database_url or f"sqlite:///{quote(str(self.data_dir.absolute() / 'cairn.db'))}"

    @property
    def callout_keys_file(self) -> Path:
        """The file with the keys of the auth callout."""
        return self.nats_callout_keys or self.data_dir / "callout.keys"

    @property
    def notary_folder(self) -> Path:
        """Where the notary keeps its keys and what it has signed."""
        data_dir = self.data_dir.absolute()
        return self.notary_dir.absolute() if self.notary_dir else data_dir.with_name(f"{data_dir.name}-notary")

    @property
    def notary_audit_every(self) -> timedelta | None:
        """How long after one audit of the notary's the next one begins; None for never."""
        return timedelta(hours=self.notary_audit_hours) if self.notary_audit_hours else None
