"""GET …/proof: that an event, or each event of a goal, is in the signed log, for whoever checks it elsewhere."""

import base64
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from events.errors import Rejected
from events.identity import LOG, GoalId
from events.leaf import leaf_of
from events.transparency.checkpoints import checkpoint_of
from events.transparency.notes import Note
from events.transparency.proof_files import InclusionProof
from projections.audit_trail.places import EventPlace, PlacesPage, goal_of_event, places_of
from services.gateway.access.consents import types_left_out
from services.gateway.answers import json_answer
from services.gateway.asking import Asks
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.parameters import AtPosition, AuditedEventQuery, Goal, Org, Page, Patient
from services.gateway.problems import RequestRefused
from services.gateway.proof_models import GoalProofs
from services.gateway.routing import Query, Router
from services.notary.asking import NotaryRefused
from services.notary.requests import MAX_PROOFS

router = Router(prefix="/v1/orgs/{org}", tags=["proof"])

_FILE = "A file `.tlog-proof` (C2SP tlog-proof): its index, the hashes from the leaf upward, and the checkpoint."


class ProofsQuery(Page):
    """Which proofs of a goal."""

    limit: int = Field(100, ge=1, le=MAX_PROOFS, description="The most items to return.")


@router.get(
    "/events/{position}/proof",
    summary="The proof of one event",
    response_model=None,
    responses={
        200: {"description": _FILE, "content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(404, 422, 500, 503),
    },
)
async def proof_of_event(
    here: Here, asks: Asks, org: Org, position: AtPosition, query: Annotated[AuditedEventQuery, Query()]
) -> Response:
    """That the event at a position of the organisation's log is in the tree of the newest checkpoint, as a file that
    other software reads. The event itself is not in it.

    503 `proof.not_yet` while it is in no signed checkpoint; that takes about a second.
    """
    without = types_left_out(asks.principal, org, query.patient)
    goal_id = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: goal_of_event(connection, org, position, without=without),
        short=True,
    )
    if goal_id is None or query.patient not in (None, goal_id.patient):
        raise RequestRefused("event.unknown", f"Nothing of {org} is at position {position} of its log.")
    asks.saw(org, {goal_id.patient})
    note, [hashes] = await _proven(here, here.logs.placement.stream_of(org), (position,))
    return Response(
        str(InclusionProof(position - 1, tuple(hashes), note)),
        headers={"content-disposition": f'attachment; filename="{org}-{position}.tlog-proof"'},
        media_type="text/plain",
    )


@router.get(
    "/patients/{patient}/goals/{goal}/proof",
    summary="The proofs of all events of a goal",
    response_model=None,
    responses={200: {"model": GoalProofs}, **problems(404, 422, 500, 503)},
)
async def proof_of_goal(
    here: Here, asks: Asks, org: Org, patient: Patient, goal: Goal, query: Annotated[ProofsQuery, Query()]
) -> Response:
    """That each event of a goal is in the tree of the newest checkpoint, which all proofs of a page are against. The
    goal `plan` is the patient's plan.

    An event that is in no signed checkpoint yet is listed without a proof. That none is left out is not proven: the
    versions have no gap, and of the last ones only a statement tells (`cairn export history`).
    """
    goal_id = GoalId(org, patient, goal)
    without = types_left_out(asks.principal, org, patient)
    page = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: places_of(connection, goal_id, limit=query.limit, cursor=query.cursor, without=without),
    )
    if page is None:
        raise Rejected("goal.unknown", f"Nothing was recorded for {goal_id}.", version=0)
    return json_answer(await _proofs(here, goal_id, page))


async def _proven(here: Gateway, stream: str, positions: tuple[int, ...]) -> tuple[Note, list[list[bytes]]]:
    """The newest checkpoint, and the proof of each position against it.

    Raises:
        RequestRefused: 500 `proof.stopped`, when it will not be signed unless an operator decides so.
        NotaryRefused, NotarySilent: there is no proof now.
    """
    try:
        return await here.notaries.of(stream).proofs(positions)
    except NotaryRefused as refused:
        status = (await here.notaries.state(stream)).status
        if refused.code == "proof.not_yet" and status is not None and status.stopped:
            raise RequestRefused("proof.stopped", f"Nothing is signed any more: {status.stopped}.") from None
        raise


async def _proofs(here: Gateway, goal_id: GoalId, page: PlacesPage) -> dict[str, object]:
    stream = here.logs.placement.stream_of(goal_id.org)
    notary, places = here.notaries.of(stream), page.places
    state = await here.notaries.state(stream)
    checkpoint, size = None, 0
    try:
        # The newest that there are proofs against: one that has stopped may have lost tiles that newer ones need.
        checkpoint, _ = await notary.proofs((1,))
        size = checkpoint_of(checkpoint).size
    except NotaryRefused as refused:
        if refused.code not in ("proof.not_yet", "proof.stopped"):
            raise
    proven = [place.position for place in places if place.position <= size]
    hashes = {}
    if proven:
        # Against the newest, which may be another by now, and has them all: not every size that was published is kept.
        checkpoint, proofs = await notary.proofs(tuple(proven))
        hashes = dict(zip(proven, proofs, strict=True))
    leaves = await _leaves(here, goal_id, places)
    return {
        **goal_id._asdict(),
        "checkpoint": str(checkpoint) if checkpoint is not None else None,
        "stopped": state.status.stopped if state.status is not None else None,
        "items": [
            {
                "position": place.position,
                "version": place.version,
                "index": place.position - 1,
                "leaf": _base64(leaves[place.position]) if place.position in leaves else None,
                "hashes": [_base64(each) for each in hashes[place.position]] if place.position in hashes else None,
            }
            for place in places
        ],
        "next": page.following,
        "quarantined": page.quarantined,
    }


async def _leaves(here: Gateway, goal_id: GoalId, places: Sequence[EventPlace]) -> dict[int, bytes]:
    """The leaves of a goal's events by their positions."""
    if not places:
        return {}
    first, last = places[0].position, places[-1].position
    pages = here.logs.of(goal_id.org).read_raw(goal_id.on(LOG), first - 1, last)
    return {raw.position: leaf_of(raw) async for page in pages for raw in page}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
