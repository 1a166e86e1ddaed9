"""How the proof of the log is doing: what is signed and witnessed of each stream, and what asks for somebody."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from services.administration.notary_act import NotaryAct
from services.gateway.notaries import NotaryState
from services.gateway.projection_status import Standing, States
from services.gateway.troubles import Json, trouble
from services.notary.requests import NotaryStatus

BEHIND_SECONDS = 30.0
"""An event that waits for a signed checkpoint for longer is told of. It takes a second, and more where witnesses are
slow."""
MAX_UNWITNESSED = timedelta(minutes=30)
"""How old the newest cosigned checkpoint may be. A log in which nothing happens is cosigned every ten minutes, too."""
ACTS_TOLD = 5
"""How many of the newest acts of a notary are told. `cairn log acts` has them all."""
_TOLD = set(NotaryStatus.model_fields) - {"root"}
_PRESSING = frozenset({"proof.stopped", "proof.altered"})


async def proof_report(
    standing: Standing,
    states: States,
    notaries: Mapping[str, NotaryState],
    acts: Mapping[str, Sequence[NotaryAct] | None],
) -> list[Json]:
    """What is known of the proof of each stream of the log. What nobody can tell now is None.

    Args:
        states: Each stream of the log.
        notaries: Who signs it.
        acts: What was done with each notary, in order; None where nobody tells.
    """
    found = await asyncio.gather(*(_waiting(standing, stream, states, state) for stream, state in notaries.items()))
    return [
        _of(stream, state, acts[stream], each) for (stream, state), each in zip(notaries.items(), found, strict=True)
    ]


def pressing(proofs: Sequence[Json]) -> list[Json]:
    """What asks for somebody before everything else: signing has stopped, or the log is not what was signed."""
    return [each for each in _troubles(proofs) if each["code"] in _PRESSING]


def other_troubles(proofs: Sequence[Json]) -> list[Json]:
    """What else asks for somebody."""
    return [each for each in _troubles(proofs) if each["code"] not in _PRESSING]


async def _waiting(standing: Standing, stream: str, states: States, notary: NotaryState) -> float | None:
    """For how long the first event has been waiting that no published checkpoint has."""
    state = states[stream]
    if notary.status is None or state is None:
        return None
    published = notary.status.published_size or 0
    return 0.0 if published >= state.last else await standing.waiting_seconds(stream, published, state)


def _of(stream: str, notary: NotaryState, acts: Sequence[NotaryAct] | None, waiting: float | None) -> Json:
    status = notary.status
    if status is None:
        state = "silent" if notary.is_missed else "none"
        nothing: Json = {**dict.fromkeys(_TOLD), "witnesses": [], "behind_seconds": None, "acts": None}
        return {**nothing, "stream": stream, "state": state}
    state = "stopped" if status.stopped else "signing"
    newest = None if acts is None else [each.model_dump() for each in reversed(acts[-ACTS_TOLD:])]
    return {**status.model_dump(include=_TOLD), "state": state, "behind_seconds": waiting, "acts": newest}


def _troubles(proofs: Sequence[Json]) -> Iterator[Json]:
    for proof in proofs:
        stream = proof["stream"]
        if proof["state"] == "silent":
            yield trouble("proof.silent", stream)
        if proof["stopped"]:
            yield trouble("proof.stopped", stream, detail=proof["stopped"])
        if proof["audit_wrong"]:
            yield trouble("proof.altered", stream, events=proof["audit_wrong"])
        if proof["state"] == "signing":
            yield from _troubles_of_signing(proof)


def _troubles_of_signing(proof: Json) -> Iterator[Json]:
    stream, behind = proof["stream"], proof["behind_seconds"] or 0
    if proof["waiting"]:
        yield trouble("proof.waiting", stream, detail=proof["waiting"])
    elif behind > BEHIND_SECONDS:
        events = max(0, proof["log_head"] - (proof["published_size"] or 0))
        signed = proof["size"] is not None and proof["size"] >= proof["log_head"]
        yield trouble("proof.unpublished" if signed else "proof.behind", stream, events=events, seconds=behind)
    if proof["policy_trouble"]:
        yield trouble("proof.policy", stream, detail=proof["policy_trouble"])
    if proof["quorum"] != "none":
        at = proof["witnessed_at"]
        age = datetime.now(UTC) - at if at else None
        if age is None or age > MAX_UNWITNESSED:
            yield trouble("proof.unwitnessed", stream, seconds=age.total_seconds() if age else None)
    for witness in proof["witnesses"]:
        if witness["trouble"]:
            yield trouble("proof.witness", witness["name"], detail=witness["trouble"])
