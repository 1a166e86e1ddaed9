"""What a goal waits for, and from whom: agreement, or the answer to a contest or to a change request."""

from datetime import datetime
from operator import itemgetter
from typing import TypedDict

from events.goal.state import GoalState
from events.vocabulary import ActorRole, Party

Waiting = TypedDict("Waiting", {"role": Party, "for": str, "since": datetime, "request": str | None})
"""`role` is whose word is awaited; `for` is `agreement`, `answer_to_contest` or `answer_to_change_request` (then
`request` is its id); `since` is the instant from which it is."""


def waiting(state: GoalState) -> list[Waiting]:
    """What a goal waits for, the longest wait first; nothing once the goal is over.

    A contest waits for a clinician's answer. Before the work has begun, that answer comes before anyone's agreement;
    once it has, both can be awaited at a time. A change request waits for the other side: a clinician's for the
    patient, everyone else's for the clinician.
    """
    if not state.is_open:
        return []
    found: list[Waiting] = [
        {
            "role": _other_side(request.actor.role),
            "for": "answer_to_change_request",
            "since": request.at,
            "request": request.request,
        }
        for request in state.change_requests
        if request.answer is None
    ]
    if state.awaits_answer:
        since = (state.contest.since or state.contest.at) if state.contest else state.created_at
        found.append({"role": "clinician", "for": "answer_to_contest", "since": since, "request": None})
    if state.status != "contested":
        since = state.agreement_since or state.created_at
        found += [
            {"role": party, "for": "agreement", "since": since, "request": None} for party in state.awaiting_agreement
        ]
    return sorted(found, key=itemgetter("since"))


def _other_side(role: ActorRole) -> Party:
    return "patient" if role in ("clinician", "supervisor") else "clinician"
