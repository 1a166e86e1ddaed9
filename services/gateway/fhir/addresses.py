"""From the ids and references in FHIR addresses to goals, plans and patients of Cairn."""

import re
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from events.errors import FieldError, Rejected
from events.identity import PLAN, GoalId
from projections.goal_state.long_ids import long_ids
from services.fhir.ids import SURE_TO_FIT, digest_of, read_fhir_id
from services.gateway.gateway import Gateway
from services.gateway.problems import RequestRefused

_REFERENCE = re.compile(r"(?:.*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/]+)(?:/_history/(?P<version>\d{1,18}))?", re.ASCII)


class Reference(NamedTuple):
    """What a search parameter refers to, and which version of it."""

    type: str
    id: str
    version: int | None


async def find_goal(here: Gateway, text: str) -> GoalId:
    """The goal, or the plan, that a FHIR id means. That there is such a goal is not said.

    Raises:
        Rejected: `goal.unknown`.
    """
    goal_id, _ = await _find(here, text, part=False)
    return goal_id


async def find_part(here: Gateway, text: str) -> tuple[GoalId, str]:
    """The goal or plan that the id of an Observation or Provenance begins with, and what it names of it.

    Raises:
        Rejected: `goal.unknown`.
    """
    return await _find(here, text, part=True)


async def find_patient(here: Gateway, parameter: str, value: str) -> GoalId | None:
    """The plan of the patient that a search parameter refers to; None for nobody.

    Raises:
        RequestRefused: when it refers to something else.
    """
    told = reference(parameter, value, "Patient")
    address = read_fhir_id(told.id, 2)
    if address is None:
        return None
    if address.tokens:
        org, patient = address.tokens
        return GoalId(org, patient, PLAN)
    found = await here.reader.read(_first(lambda goal_id: digest_of(goal_id[:2]) == address.digest), "goal_state")
    return found.plan if found else None


def reference(parameter: str, value: str, *types: str) -> Reference:
    """What a search parameter refers to: `Type/id`, whole or behind an address; of the first type the id alone.

    Raises:
        RequestRefused: when it refers to something of another type.
    """
    told = _REFERENCE.fullmatch(value)
    if told is None and "/" not in value:
        return Reference(types[0], value, None)
    if told is None or told["type"] not in types:
        detail = f"It must refer to a {' or a '.join(types)}, such as {types[0]}/northside.pt-1."
        raise RequestRefused("request.invalid", f"{parameter}: {detail}", [FieldError(parameter, detail)])
    return Reference(told["type"], told["id"], int(told["version"]) if told["version"] else None)


async def _find(here: Gateway, text: str, *, part: bool) -> tuple[GoalId, str]:
    address = read_fhir_id(text, 3, part=part)
    if address is not None and address.tokens:
        return GoalId(*address.tokens), address.part
    if address is not None:
        found = await here.reader.read(_first(lambda goal_id: digest_of(goal_id) == address.digest), "goal_state")
        if found is not None:
            return found, address.part
    raise Rejected("goal.unknown", "There is nothing with this id.", version=0)


def _first(wanted: Callable[[GoalId], bool]) -> Callable[[Connection], GoalId | None]:
    """The first id that cannot be written out and is the wanted one."""
    return lambda connection: next(filter(wanted, long_ids(connection, SURE_TO_FIT)), None)
