"""How this Cairn is doing, in one answer: its services by name, its log and the proof of it, its projections, and what
asks for somebody.

Nothing here is about a patient: no organisation, no id of a patient or a goal, no word that a patient said. Of
operators it tells who did what with a notary, and why.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from events.log.fitness import Fitness
from events.log.stream_state import StreamState
from services.access.records.recorder import ReadingNotRecorded
from services.administration.care import LastCare
from services.gateway.gateway import Gateway
from services.gateway.problems import RequestRefused
from services.gateway.projection_status import LOG_REPLACED, Status
from services.gateway.proof_report import other_troubles, pressing, proof_report
from services.gateway.services_there import ask_services
from services.gateway.troubles import Json, Trouble, trouble
from services.goals.health import Health
from services.presence import Presence, cairn_version

_NOT_RECORDING: Mapping[str, Trouble] = {"replaced": "log.replaced", "full": "log.full"}
BEHIND_SECONDS = 2.0
"""An event that waits for a projection for longer is told of; a moment is nothing to look into."""
_DATABASE_SECONDS = 5.0
_NS_PER_US = 1000


async def operations_report(here: Gateway) -> Json:
    """How everything is, as of now.

    What cannot be found out is null, and is itself among what asks for somebody.
    """
    statuses, states, goals, (services, notaries, acts), care, unrecorded = await asyncio.gather(
        _statuses(here),
        here.standing.states(),
        here.readiness.goals(),
        asyncio.gather(ask_services(here.nc), here.notaries.states(), here.notaries.acts()),
        here.standing.care(),
        _unrecorded(here),
    )
    proofs = await proof_report(here.standing, states, notaries, acts)
    troubles = [
        *pressing(proofs),
        *_troubles_of_log(states, goals, care),
        *([trouble("access.not_recorded", "access", detail=unrecorded)] if unrecorded else ()),
        *(trouble("service.silent", name) for name, answer in services.items() if answer is None),
        *_troubles_of_projections(statuses),
        *other_troubles(proofs),
    ]
    return {
        "at": datetime.now(UTC),
        # While tables are built anew, the former ones show everything.
        "well": all(each["code"] == "projection.building" for each in troubles),
        "troubles": troubles,
        "services": list(_services(here, goals, services, statuses, unrecorded)),
        "log": [_stream(stream, state, care) for stream, state in states.items()],
        "proof": proofs,
        "projections": statuses,
    }


async def _statuses(here: Gateway) -> list[Status] | None:
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            return await here.standing.statuses()
    except (RequestRefused, TimeoutError):
        return None


async def _unrecorded(here: Gateway) -> str | None:
    """Why readings cannot be recorded; None when they can."""
    try:
        await here.records.check()
    except ReadingNotRecorded as error:
        return str(error)
    return None


def _troubles_of_log(
    states: Mapping[str, StreamState | None], goals: Mapping[str, Health | None], care: LastCare | None
) -> Iterator[Json]:
    for stream, state in states.items():
        answer = goals[stream]
        if state is None:
            yield trouble("log.unavailable", stream)
            continue
        fitness = Fitness.of(stream, state)
        if fitness.settings:
            yield trouble("log.unfit", stream, detail=fitness.detail)
        if fitness.missing:
            yield trouble("log.missing", stream, events=fitness.missing, detail=fitness.detail)
        if answer is None:
            yield trouble("goals.unavailable", stream)
        elif answer.state != "recording" and not fitness.settings:
            yield trouble(_NOT_RECORDING.get(answer.state, "goals.not_recording"), stream, detail=answer.detail)
        verified = (care or {}).get((stream, "verified"))
        if verified is not None and not verified.sound:
            yield trouble("log.unsound", stream, events=verified.wrong)


def _troubles_of_projections(statuses: Sequence[Status] | None) -> Iterator[Json]:
    if statuses is None:
        yield trouble("projection.unknown", "projections")
        return
    for each in statuses:
        name = each["name"]
        if each["state"] == LOG_REPLACED:
            yield trouble("log.replaced", each["stream"])
        elif each["state"] == "stopped":
            yield trouble("projection.stopped", name)
        elif each["version"] is not None and (each["lag_seconds"] or 0) > BEHIND_SECONDS:
            yield trouble("projection.behind", name, events=each["lag"], seconds=each["lag_seconds"])
        if each["quarantined"]:
            yield trouble("projection.quarantined", name, events=each["quarantined"])
        building = each["building"]
        if each["version"] is None:
            yield trouble("projection.unbuilt", name, percent=building and building["percent"])
        elif building:
            yield trouble("projection.building", name, percent=building["percent"])


def _services(
    here: Gateway,
    goals: Mapping[str, Health | None],
    services: Mapping[str, Presence | None],
    statuses: Sequence[Status] | None,
    unrecorded: str | None,
) -> Iterator[Json]:
    yield _service("gateway", "answering", version=cairn_version(), since=here.since)
    for stream, health in goals.items():
        state = "silent" if health is None else health.state
        told = {} if health is None else {"version": health.version, "since": health.since}
        yield _service("goals", state, stream=stream if len(goals) > 1 else None, **told)
    for name, there in services.items():
        told = {} if there is None else {"version": there.version, "since": there.since}
        yield _service(name, "silent" if there is None else "answering", **told)
    states = {each["state"] for each in statuses or ()}
    yield _service("projections", "unknown" if statuses is None else "stopped" if "stopped" in states else "following")
    yield _service("access", "silent" if unrecorded else "recording")
    server = here.nc.connected_server_version if here.nc.is_connected else None
    number = f"{server.major}.{server.minor}.{server.patch}" if server else None
    yield _service("nats-server", "connected" if server else "silent", version=number)


def _service(name: str, state: str, **more: object) -> Json:
    return {"name": name, "state": state, "stream": None, "version": None, "since": None, **more}


def _stream(stream: str, state: StreamState | None, care: LastCare | None) -> Json:
    last = care or {}
    told: Json = {name: found.model_dump() if (found := last.get((stream, name))) else None for name in _KINDS}
    known = care is not None
    if state is None:
        nothing = ("first", "position", "events", "goals", "bytes", "most_bytes", "missing", "recorded_at")
        return {"stream": stream, **dict.fromkeys(nothing), **told, "care_known": known}
    recorded = datetime.fromtimestamp(state.last_ns / 1e9, UTC) if state.last_ns else None
    most = state.config.get("max_bytes", -1)
    return {
        "stream": stream,
        "first": state.first,
        "position": state.last,
        "events": state.messages,
        "goals": state.subjects,
        "bytes": state.bytes,
        "most_bytes": most if most > 0 else None,
        "missing": Fitness.of(stream, state).missing,
        "recorded_at": recorded,
        **told,
        "care_known": known,
    }


_KINDS: tuple[Literal["verified", "backed_up"], ...] = ("verified", "backed_up")
