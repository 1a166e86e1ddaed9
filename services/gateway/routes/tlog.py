"""GET /tlog/…: the files of a transparency log as C2SP tlog-tiles has them, for whoever checks it elsewhere.

Which stream of the log an id names is known by what the notaries say, so whether somebody may read of it is judged
here.
"""

import base64
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from events.errors import Rejected
from events.transparency.checkpoints import checkpoint_of
from events.transparency.tiles import TILE_WIDTH, Tile, parse_tile
from projections.audit_trail.places import organisations
from services.access.policy import may_read
from services.access.principal import Principal
from services.gateway.access.operations import TLOG
from services.gateway.answers import written_answer
from services.gateway.asking import Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.notaries import NamedLog, no_such_log
from services.gateway.problems import RequestRefused
from services.gateway.routing import Path, Query, Router
from services.notary.asking import AskedNotary
from services.notary.requests import KeysAnswer, NotaryStatus

router = Router(prefix=TLOG, tags=["proof"])

_ALWAYS_AS_NEW = {"cache-control": "no-cache"}
_NEVER_CHANGES = {"cache-control": "private, max-age=604800, immutable"}
"""Kept for a week by whoever has read it, for no hash of a tile ever changes. Not by what stands between and serves
others, because only those who belong to the log may read it."""
_FOR_NOBODY_ELSE = {"cache-control": "private, no-store"}
_BYTES, _TEXT = "application/octet-stream", "text/plain"
_OF_BYTES = {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}}
_OF_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}
_REFUSED = problems(404, 422, 500, 503)

OriginId = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]{8,32}-[1-9]\d{0,3}$"),
    Path(description="The last part of the origin of a log.", examples=["7f3k2m9q-1"]),
]
TileAddress = Annotated[
    str,
    Field(max_length=60),
    Path(description="`L/N` or `L/N.p/W`, as tlog-tiles has it.", examples=["0/x001/x234/067", "1/000.p/17"]),
]
BundleAddress = Annotated[
    str,
    Field(max_length=60),
    Path(description="`N` or `N.p/W`, as tlog-tiles has it.", examples=["x001/x234/067", "000.p/17"]),
]
Size = Annotated[int, Field(ge=0, lt=2**63)]


class TwoSizes(BaseModel):
    """Two sizes of one tree."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    old: Size = Field(description="The size of an earlier checkpoint.")
    new: Size = Field(description="The size of a later one.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.old > self.new:
            raise PydanticCustomError("sizes_order", "old must not be larger than new")
        return self


@router.get(
    "/checkpoint",
    summary="The newest checkpoint",
    response_model=None,
    responses={200: {"description": "A signed note (C2SP tlog-checkpoint).", **_OF_TEXT}, **_REFUSED},
)
async def log_checkpoint(here: Here, asks: Asks, origin_id: OriginId) -> Response:
    """How large the log is and what the root of its tree is, signed by the log and cosigned by its witnesses."""
    note = await (await _notary(here, asks.principal, origin_id)).checkpoint()
    return Response(str(note), headers=_ALWAYS_AS_NEW, media_type=_TEXT)


@router.get(
    "/tile/{address}",
    summary="A tile of hashes",
    response_model=None,
    responses={200: {"description": "Its hashes, joined, 32 bytes each.", **_OF_BYTES}, **_REFUSED},
)
async def log_tile(here: Here, asks: Asks, origin_id: OriginId, address: TileAddress) -> Response:
    """The hashes of a tile (C2SP tlog-tiles), from which every proof can be made; of one at the right edge, as many as
    the address says. 404 for what the newest checkpoint does not need."""
    notary = await _notary(here, asks.principal, origin_id)
    tile = _tile(address)
    return Response(await notary.tile(tile.level, tile.number, tile.width), headers=_NEVER_CHANGES, media_type=_BYTES)


@router.get(
    "/tile/entries/{address}",
    summary="A bundle of leaves",
    response_model=None,
    responses={200: {"description": "Each leaf with its length in two bytes before it.", **_OF_BYTES}, **_REFUSED},
)
async def log_entries(here: Here, asks: Asks, origin_id: OriginId, address: BundleAddress) -> Response:
    """The leaves of a tile (C2SP tlog-tiles), which say of whom each event is, and when it was recorded. For whoever
    may read of all organisations of the log."""
    stream = await _present(here, asks.principal, origin_id)
    tile = _tile(f"0/{address}")
    notary = here.notaries.of(stream)
    size = checkpoint_of(await notary.checkpoint()).size
    await _check_may_read_whole(here, asks.principal, stream, size)
    if tile.number * TILE_WIDTH + tile.width > size:  # those behind may be of an organisation that nobody looked at
        raise RequestRefused("proof.none", "The newest checkpoint does not need this bundle.")
    content = await notary.entries(tile.number, tile.width)
    return Response(content, headers=_FOR_NOBODY_ELSE, media_type=_BYTES)


@router.get(
    "/consistency",
    summary="That one tree is an earlier state of another",
    response_model=None,
    responses={200: {"description": "The hashes of the proof, one in base64 a line.", **_OF_TEXT}, **_REFUSED},
)
async def log_consistency(here: Here, asks: Asks, origin_id: OriginId, query: Annotated[TwoSizes, Query()]) -> Response:
    """The proof (RFC 9162, section 2.1.4) between the checkpoints of two sizes, as `verify_history.py` takes it with
    `--consistency` and a witness in the middle of a request. Empty where nothing has to be shown."""
    notary = await _notary(here, asks.principal, origin_id)
    proof = await notary.consistency(query.old, query.new)
    lines = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return Response(lines, headers=_NEVER_CHANGES, media_type=_TEXT)


@router.get(
    "/keys", summary="Whose word the log's is", response_model=None, responses={200: {"model": KeysAnswer}, **_REFUSED}
)
async def log_keys(here: Here, asks: Asks, origin_id: OriginId) -> Response:
    """The keys that the log has signed with, the policy that its operator names, and the notes by which earlier
    generations ended. Whoever checks a history takes the keys from somebody else: this is the log's own word."""
    keys = await (await _notary(here, asks.principal, origin_id)).keys()
    return written_answer(keys.model_dump_json().encode(), _ALWAYS_AS_NEW)


@router.get(
    "/status", summary="How the notary is", response_model=None, responses={200: {"model": NotaryStatus}, **_REFUSED}
)
async def log_status(here: Here, asks: Asks, origin_id: OriginId) -> Response:
    """What it has signed last, how each witness is, and whether it has stopped; at most two seconds old."""
    status = (await here.notaries.state(await _present(here, asks.principal, origin_id))).status
    if status is None:
        raise RequestRefused("proof.unavailable", "The notary does not answer now. Try again.")
    return written_answer(status.model_dump_json().encode(), _ALWAYS_AS_NEW)


async def _notary(here: Gateway, principal: Principal, origin_id: str) -> AskedNotary:
    """The notary that is asked about a log of which whoever asks may read.

    Raises:
        RequestRefused: 404, for a log of others as for one that is not there.
    """
    return here.notaries.of_log(await _log(here, principal, origin_id))


async def _present(here: Gateway, principal: Principal, origin_id: str) -> str:
    """The stream of a log that is signed now, of which whoever asks may read.

    Raises:
        RequestRefused: 404, also for a generation that has ended.
    """
    log = await _log(here, principal, origin_id)
    if not log.signs:
        detail = "This generation of the log has ended. Its checkpoint, tiles, consistency and keys can be read."
        raise RequestRefused("proof.none", detail)
    return log.stream


async def _log(here: Gateway, principal: Principal, origin_id: str) -> NamedLog:
    log = await here.notaries.log_of(origin_id)
    if may_read(principal, "checkpoints") or _orgs_on(here, principal, log.stream):
        return log
    raise no_such_log()


def _orgs_on(here: Gateway, principal: Principal, stream: str) -> list[str]:
    """The organisations of a principal that are on a stream, of which it may read the checkpoints."""
    return [
        org for org in sorted(principal.orgs) if _is_on(here, org, stream) and may_read(principal, "checkpoints", org)
    ]


def _is_on(here: Gateway, org: str, stream: str) -> bool:
    try:
        return here.logs.placement.stream_of(org) == stream
    except Rejected:  # it has no place any more
        return False


async def _check_may_read_whole(here: Gateway, principal: Principal, stream: str, size: int) -> None:
    """Check that a principal may read of every organisation whose events are among the first of a log.

    Raises:
        RequestRefused: 403; or 503, while the audit trail has not come as far as the tree.
    """
    if may_read(principal, "leaves"):
        return
    own = _orgs_on(here, principal, stream)
    there = await here.read("audit_trail", own[0], size, organisations) if own else ()
    theirs = [may_read(principal, "leaves", org) for org in there if _is_on(here, org, stream)]
    if not (theirs and all(theirs)):
        detail = "The leaves tell of every organisation of the log; you may not read of all of them."
        raise RequestRefused("access.denied", detail)


def _tile(address: str) -> Tile:
    tile = parse_tile(address)
    if tile is None:
        raise RequestRefused("proof.none", "This is no address of a tile, or not the one way to write it.")
    return tile
