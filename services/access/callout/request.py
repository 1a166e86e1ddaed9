"""The question that nats-server asks about a client which it does not know (`$SYS.REQ.USER.AUTH`, NATS ADR-26)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from events.errors import CairnError
from events.log.client.nkeys import BadKey, public_bytes
from services.access.callout.jwt import BadJwt, Claims, verified
from services.access.callout.keys import CalloutKeys
from services.access.callout.sealing import NotForUs, opened
from services.access.tokens.checking import MAX_TOKEN_CHARACTERS

_A_CLIENT = ("Client", "nats")
"""How nats-server calls what speaks NATS to it; nothing in an answer could keep others to their own subjects."""
_Token = Annotated[str, StringConstraints(max_length=MAX_TOKEN_CHARACTERS)]


class BadRequest(CairnError):
    """What came is no question of a server, or not for this callout. The sentence holds nothing of it."""


class AuthorizationRequest(BaseModel):
    """Who wants to connect, and to which server.

    Attributes:
        server: The server's id `N…`.
        server_xkey: The server's public key `X…`, where it has sealed the request; then the answer is sealed too.
        user_nkey: The key `U…` that the server has made for this one request; the answer must be about it.
        cid: The number of the connection on that server.
        user: The user name that the client has given; empty for none.
        is_client: Whether it is a client of NATS itself, and no leaf node and no client of MQTT or WebSocket.
        token: The access token that the client has given, as token or as password; empty for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: str
    server_xkey: str | None
    user_nkey: str
    cid: int
    user: str
    is_client: bool
    token: str = Field(repr=False)


class _Server(BaseModel):
    id: str = Field(min_length=1)


class _Client(BaseModel):
    id: int = Field(ge=1)
    kind: str
    type: str


class _ConnectOptions(BaseModel):
    """What the client has sent in CONNECT. Never shown, because it holds what is secret."""

    user: str = Field("", repr=False)
    password: _Token = Field("", alias="pass", repr=False)
    auth_token: _Token = Field("", repr=False)


class _Question(BaseModel):
    server_id: _Server
    user_nkey: str = Field(min_length=1)
    client_info: _Client
    connect_opts: _ConnectOptions
    type: Literal["authorization_request"]
    version: Literal[2]


class _Request(BaseModel):
    aud: Literal["nats-authorization-request"]
    iss: str
    sub: str
    exp: int
    nats: _Question


def read_request(message: bytes, server_xkey: str | None, keys: CalloutKeys, now: float) -> AuthorizationRequest:
    """Open and check a request.

    The signature shows that the request was not altered since a server signed it, not that the server is one of
    Cairn's. That only servers can ask is left to the account AUTH, in which nobody else may publish.

    Args:
        server_xkey: The header of a sealed request; None for one in the clear.
        now: Seconds since 1970.

    Raises:
        BadRequest: it cannot be opened or read, its signature is wrong, it is for another callout, or it is over.
    """
    try:
        plain = message if server_xkey is None else opened(message, server_xkey, keys.curve)
        claims: Claims = verified(plain, "server")
        request = _Request.model_validate(claims)
    except (NotForUs, BadJwt) as error:
        raise BadRequest(str(error)) from None
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False))
        raise BadRequest(f"A request of a server is not as it has to be ({wrong}).") from None
    if request.sub != keys.issuer:
        raise BadRequest("A request is for an issuer with another key (`issuer` in auth_callout).")
    question = request.nats
    if question.server_id.id != request.iss:
        raise BadRequest("A request is signed by another server than it names.")
    if request.exp <= now:
        raise BadRequest("A request came when its server had given it up.")
    try:
        public_bytes("user", question.user_nkey)
    except BadKey:
        raise BadRequest("A request names its client by a key that is none (`user_nkey`).") from None
    return AuthorizationRequest(
        server=question.server_id.id,
        server_xkey=server_xkey,
        user_nkey=question.user_nkey,
        cid=question.client_info.id,
        user=question.connect_opts.user,
        is_client=(question.client_info.kind, question.client_info.type) == _A_CLIENT,
        token=question.connect_opts.auth_token or question.connect_opts.password,
    )
