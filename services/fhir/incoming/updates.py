"""A later version of a goal that is known: which events take it up, and what of it cannot be taken up.

What the other system changed is what differs from how it last had the goal. It is taken up where it was not changed in
Cairn as well; what differs then is for people to decide, and is named.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from events.goal import GoalState
from events.goal import types as t
from events.payload import Payload
from events.vocabulary import Actor, Party, Status
from services.fhir.incoming.submissions import IMPORTER
from services.fhir.vocabulary import EXPRESSED_BY, REFERENCE_SYSTEM, SECURITY

_REASON = "The other system says so (FHIR import)."
_DEFINITION = (
    *("smart", "gas", "kind", "horizon", "life_area", "priority", "supports", "relevance", "interventions"),
    "clinical_target",
)
"""The fields of a goal that a revision may change, beside its wording."""
_NEVER_CLEARED = ("kind", "horizon", "interventions")
_FIXED = ("template", "started_on")
"""The fields of a goal that no later event changes."""
_OVER: frozenset[Status] = frozenset({"closed", "entered_in_error"})
_NOT_BEGUN: frozenset[Status] = frozenset({"proposed", "agreed"})
_FIRST_REVIEW = timedelta(days=14)


class Step(NamedTuple):
    """One event of an update, and in whose name: the import's, or that of the party who agreed elsewhere."""

    payload: Payload
    actor: Actor = IMPORTER


class Update(NamedTuple):
    """What a later version comes to.

    Attributes:
        steps: The events that take it up, in order.
        changed: The fields that they change.
        differs: The fields that differ and are not taken up, with why.
        left_out: What has no place in an event, and so is not compared again.
    """

    steps: tuple[Step, ...] = ()
    changed: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def update_of(
    new: GoalState,
    elsewhere: GoalState,
    current: GoalState,
    agreed: Mapping[Party, str],
    today: date,
    *,
    scale_unreadable: bool = False,
) -> Update:
    """How the goal gets from how it is to what its later version says.

    Args:
        new: The goal as the later version says it is, were it imported anew.
        elsewhere: The goal as the other system last had it.
        current: The goal as it is in Cairn.
        agreed: Who agreed elsewhere, by party.
        today: The day of the import.
        scale_unreadable: The version has a scale that could not be read, so nothing is known of it.
    """
    if new.status == "entered_in_error":
        if current.status == "entered_in_error":
            return Update()
        return Update((Step(t.EnteredInError(reason=new.reason or _REASON)),), ("status",))
    changes, differs = _definition(new, elsewhere, current, scale_unreadable=scale_unreadable)
    if changes and current.status in _OVER:
        differs += [f"{name}: the goal is over in Cairn" for name in changes]
        changes = {}
    steps: list[Step] = []
    if changes:
        revised = t.Revised(changes=t.Changes.model_validate(changes), reason="clinical", note=_REASON)
        steps.append(Step(revised))
    agreements = _agreements(new, elsewhere, current, agreed, anew=bool(changes))
    steps += agreements
    status, why = _status(new, elsewhere, current, today)
    steps += [Step(each) for each in status]
    changed = (*changes, *(("agreed_by",) if agreements else ()), *(("status",) if status else ()))
    return Update(tuple(steps), changed, (*differs, *why), _left_out(new, elsewhere))


def differences(new: GoalState, current: GoalState) -> tuple[str, ...]:
    """The fields in which a goal that no import brought is another than a file says."""
    names = ("status", "outcome", *_DEFINITION)
    found = [name for name in names if getattr(new, name) != getattr(current, name)]
    return (*(["wording"] if _put(new) != _put(current) else []), *found)


# Any below: the values of a goal's fields, of which only equality matters.


def _definition(
    new: GoalState, elsewhere: GoalState, current: GoalState, *, scale_unreadable: bool
) -> tuple[dict[str, Any], list[str]]:
    """The fields to change with their values, and those that were changed on both sides."""
    wanted: dict[str, tuple[Any, Any, Any]] = {"wording": (_put(new), _put(elsewhere), _put(current))}
    for name in _DEFINITION:
        wanted[name] = (getattr(new, name), getattr(elsewhere, name), getattr(current, name))
    wanted["gas"] = (_with_baseline(new, elsewhere), elsewhere.gas, current.gas)
    if scale_unreadable:
        del wanted["gas"]
    changes: dict[str, Any] = {}
    differs: list[str] = []
    for name, (value, before, now) in wanted.items():
        if value in (before, now) or (name in _NEVER_CLEARED and not value):
            continue
        if now == before:
            changes[name] = value
        else:
            differs.append(f"{name}: it was changed in Cairn as well")
    return changes, differs


def _put(state: GoalState) -> str:
    """How a goal is put: its words are kept for ever, a later wording stands beside them."""
    return state.wording or state.statement


def _with_baseline(new: GoalState, elsewhere: GoalState) -> Any:
    """The scale; the baseline is known from an Observation, which the files need not hold again."""
    if new.gas is None or elsewhere.gas is None or new.gas.baseline is not None:
        return new.gas
    return new.gas.model_copy(update={"baseline": elsewhere.gas.baseline})


def _agreements(
    new: GoalState, elsewhere: GoalState, current: GoalState, agreed: Mapping[Party, str], *, anew: bool
) -> list[Step]:
    """The agreements that the version states and that are not there; after a revision everyone agrees anew."""
    if current.status in _OVER or new.status in _OVER:
        return []
    there = () if anew else (*elsewhere.agreed_by, *current.agreed_by)
    return [
        Step(t.Agreed(note=_REASON), Actor(id=agreed.get(party) or IMPORTER.id, role=party))
        for party in new.agreed_by
        if party not in there
    ]


def _status(
    new: GoalState, elsewhere: GoalState, current: GoalState, today: date
) -> tuple[list[Payload], tuple[str, ...]]:
    """The events that lead to the version's status, and why there are none where it differs."""
    if _standing(new) in (_standing(elsewhere), _standing(current)):
        return [], ()
    if _standing(current) != _standing(elsewhere):
        here, there = _in_words(current), _in_words(new)
        return [], (f"status: {there} there, {here} in Cairn, where it was changed as well",)
    reason = new.reason or _REASON
    match current.status, new.status:
        case (("proposed" | "contested" | "agreed" | "active" | "held"), "closed") if new.outcome is not None:
            return [t.Closed(outcome=new.outcome, replaced_by=new.replaced_by, reason=reason)], ()
        case "active", "held":
            return [t.Held(reason=reason)], ()
        case "held", "active":
            return [t.Resumed(reason=reason)], ()
        case (("proposed" | "agreed"), "active"):
            return [_begun(new, today)], ()
        case (("proposed" | "agreed"), "held"):
            return [_begun(new, today), t.Held(reason=reason)], ()
    return [], (f"status: {_in_words(new)} there, {_in_words(current)} in Cairn, which takes no such step by itself",)


def _begun(new: GoalState, today: date) -> t.Activated:
    """Work began elsewhere; the first review is not one of days that have passed."""
    return t.Activated(first_review_on=today + _FIRST_REVIEW if (new.status_on or today) < today else None)


def _standing(state: GoalState) -> tuple[str, str | None]:
    """The status as far as it can be taken up: whether a goal is agreed follows here from who has agreed."""
    return "proposed" if state.status in _NOT_BEGUN else state.status, state.outcome


def _in_words(state: GoalState) -> str:
    # A goal that was closed and then entered in error still has its outcome.
    return (f"closed as {state.outcome}" if state.status == "closed" else state.status).replace("_", " ")


def _left_out(new: GoalState, elsewhere: GoalState) -> tuple[str, ...]:
    names = [name for name in _FIXED if getattr(new, name) not in (getattr(elsewhere, name), None, ())]
    labels, identifiers = _external(new, elsewhere)
    names += ["meta.security"] if labels else []
    names += ["identifier"] if identifiers else []
    if set(elsewhere.agreed_by) - set(new.agreed_by):
        names.append("agreed_by")
    return tuple(f"{name}: a later version does not change it" for name in names)


def _external(new: GoalState, elsewhere: GoalState) -> tuple[bool, bool]:
    """Whether security labels, and whether identifiers, are others than before."""
    changed = {each.system for each in set(new.external) ^ set(elsewhere.external)} - {EXPRESSED_BY, REFERENCE_SYSTEM}
    return SECURITY in changed, bool(changed - {SECURITY})
