"""Whose resources a search asks for: from its parameters to patients, before any log is read.

The values that name somebody are put as the resources have them: the plain Cairn id of any length, an id alone instead
of `Type/id`, and an identifier in the place of a reference are understood, and become what stands in the resource.
"""

from dataclasses import replace
from typing import NamedTuple

from events.errors import Rejected
from events.identity import PLAN, GoalId, is_token
from projections.goal_state.identifiers import goals_called
from services.fhir.escapes import escaped, split_unescaped, unescaped
from services.fhir.ids import fhir_id, patient_fhir_id
from services.fhir.outgoing.search.parameters import NAMING, OF_ONE_PATIENT
from services.fhir.outgoing.search.query import Criterion, SearchQuery, naming
from services.fhir.vocabulary import ENTRY_IDENTIFIER, GOAL_IDENTIFIER, PATIENT_IDENTIFIER
from services.gateway.fhir.addresses import find_goal, find_part, find_patient, read_reference
from services.gateway.fhir.exchange import Exchange, invalid
from services.gateway.fhir.reach import may_see

MAX_PATIENTS = 50
"""Of how many patients one search may be; the log of each of them is read."""
_MAX_CALLED = 200
"""How many goals one identifier of another system may lead to."""
_SYSTEMS = {PATIENT_IDENTIFIER: 2, GOAL_IDENTIFIER: 3, ENTRY_IDENTIFIER: 4}
"""Cairn's own identifier systems, and of how many tokens their identifiers are."""


class _Named(NamedTuple):
    """A value as the resources have it, and the plans of those whom it may name."""

    value: str
    plans: tuple[GoalId, ...] = ()


async def patients_asked_for(asked: Exchange, query: SearchQuery) -> tuple[list[GoalId], SearchQuery]:
    """The plans of the patients whom a search is about, in the order of their ids, and the search in the words of
    the resources.

    Raises:
        RequestRefused: it names nobody, names one of two patients at a time, or too many.
    """
    names = naming(query)
    if not names:
        raise invalid("", f"Say whose: a search for {query.resource} names {' or '.join(NAMING[query.resource])}.")
    if sum(each.parameter.name in OF_ONE_PATIENT for each in names) > 1:
        raise invalid("patient", "Name patient or subject once; what is found is of one patient, not of two at a time.")
    # An identifier that stands beside something else names nobody else, and need not be looked for everywhere.
    only_identifiers = all(each.parameter.name == "identifier" for each in names)
    plans: set[GoalId] | None = None
    criteria: list[Criterion] = []
    for criterion in query.criteria:
        if criterion not in names or (criterion.parameter.name == "identifier" and not only_identifiers):
            criteria.append(criterion)
            continue
        named = [await _named(asked, query, criterion, value) for value in criterion.values]
        found = {plan for each in named for plan in each.plans}
        plans = found if plans is None else plans & found
        criteria.append(Criterion(criterion.parameter, "", tuple(each.value for each in named)))
    if plans is not None and len(plans) > MAX_PATIENTS:
        raise invalid("", f"That is of more than {MAX_PATIENTS} patients; name fewer of them.")
    return sorted(plans or ()), replace(query, criteria=tuple(criteria))


async def _named(asked: Exchange, query: SearchQuery, criterion: Criterion, value: str) -> _Named:
    name = criterion.parameter.name
    try:
        if name == "identifier":
            return _Named(value, await _called(asked, query, value))
        if name == "_id":
            return await _by_id(asked, query, unescaped(value))
        return await _by_reference(asked, criterion, value)
    except Rejected:  # nobody has this id, so nothing is found by it
        return _Named(value)


async def _by_id(asked: Exchange, query: SearchQuery, value: str) -> _Named:
    match query.resource:
        case "Patient":
            plan = await find_patient(asked, value)
            return _Named(patient_fhir_id(plan), (plan,))
        case "Goal" | "CarePlan":
            goal_id = await find_goal(asked, value)
            return _Named(fhir_id(goal_id), (goal_id.plan,))
    goal_id, part = await find_part(asked, value)
    return _Named(fhir_id(goal_id, part), (goal_id.plan,))


async def _by_reference(asked: Exchange, criterion: Criterion, value: str) -> _Named:
    name, types = criterion.parameter.name, criterion.parameter.targets
    if criterion.modifier == "identifier":
        goal_id = _cairn_id(value)
        if goal_id is None:
            raise invalid(name, f"Its identifier is one of Cairn's own: {' or '.join(_SYSTEMS)}, a bar, and the id.")
        return _leading_to(goal_id, "Patient" if types == ("Patient",) else "CarePlan" if goal_id.is_plan else "Goal")
    reference = read_reference(asked, name, unescaped(value), *([criterion.modifier] if criterion.modifier else types))
    if reference.type == "Patient":
        return _leading_to(await find_patient(asked, reference.id), reference.type)
    return _leading_to(await find_goal(asked, reference.id), reference.type, reference.version)


def _leading_to(goal_id: GoalId, kind: str, version: int | None = None) -> _Named:
    written = patient_fhir_id(goal_id) if kind == "Patient" else fhir_id(goal_id)
    behind = f"/_history/{version}" if version is not None else ""
    return _Named(escaped(f"{kind}/{written}{behind}"), (goal_id.plan,))


async def _called(asked: Exchange, query: SearchQuery, value: str) -> tuple[GoalId, ...]:
    """The plans of whom an identifier may name: Cairn's own says it itself, of any other the projection knows."""
    *system, last = (unescaped(each) for each in split_unescaped(value, "|"))
    if not last:
        raise invalid("identifier", "Give its value too, or say whose goals are asked for.")
    own = _cairn_id(value)
    found = [] if own is None else [own]
    if query.resource == "Goal" and not (system and system[0] in _SYSTEMS):
        # Of other organisations none is looked at, or theirs might be so many that one's own is not among the first.
        orgs = None if asked.asks.orgs(asked.operation.reading or "goals") is None else asked.asks.principal.orgs
        called = await asked.here.reader.read(
            lambda connection: goals_called(connection, last, _MAX_CALLED, orgs), "goal_state"
        )
        found += [each for each in called if await may_see(asked, each)]
    return tuple(each.plan for each in found)


def _cairn_id(identifier: str) -> GoalId | None:
    """The goal, or the plan of the patient, that an identifier names which is one of Cairn's, or has no system."""
    *system, value = (unescaped(each) for each in split_unescaped(identifier, "|"))
    sizes = _SYSTEMS.values() if not system else [_SYSTEMS.get(system[0], 0)]
    parts = value.split(".")
    if len(parts) not in sizes or not all(map(is_token, parts)):
        return None
    return GoalId(parts[0], parts[1], parts[2] if len(parts) > 2 else PLAN)
