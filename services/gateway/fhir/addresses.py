"""From the ids and references in FHIR addresses to goals, plans and patients of Cairn."""

import re
from collections.abc import Callable
from typing import NamedTuple

from events.errors import Rejected
from events.identity import PLAN, GoalId
from projections.goal_state.long_ids import long_ids
from services.fhir.ids import SURE_TO_FIT, Address, digest_of, read_audit_event_part, read_fhir_id
from services.gateway.fhir.exchange import Exchange, invalid
from services.gateway.fhir.reach import may_see

_REFERENCE = re.compile(
    r"(?:(?P<base>https?://.+)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/]+)(?:/_history/(?P<version>\d{1,18}))?", re.ASCII
)


class Reference(NamedTuple):
    """What a search parameter refers to, and which version of it."""

    type: str
    id: str
    version: int | None


async def find_goal(asked: Exchange, text: str) -> GoalId:
    """The goal, or the plan, that a FHIR id means. That there is such a goal is not said.

    Raises:
        Rejected: `goal.unknown`.
    """
    goal_id, _ = await _find(asked, read_fhir_id(text, 3))
    return goal_id


async def find_part(asked: Exchange, text: str) -> tuple[GoalId, str]:
    """The goal or plan that the id of an Observation or Provenance begins with, and what it names of it.

    Raises:
        Rejected: `goal.unknown`.
    """
    return await _find(asked, read_fhir_id(text, 3, part=True))


async def find_patient(asked: Exchange, text: str) -> GoalId:
    """The plan of the patient whom a FHIR id means. That there is such a patient is not said.

    Raises:
        Rejected: `goal.unknown`.
    """
    address = read_fhir_id(text, 2)
    if address is not None and address.tokens:
        org, patient = address.tokens
        return GoalId(org, patient, PLAN)
    if address is not None:
        found = await _first(asked, lambda goal_id: digest_of(goal_id[:2]) == address.digest)
        if found is not None:
            return found.plan
    raise unknown()


async def find_patient_part(asked: Exchange, text: str) -> tuple[GoalId | None, str]:
    """The plan of the patient that an id begins with, and what it names of that patient; None where it names a goal."""
    address = read_fhir_id(text, 2, part=True)
    if address is None or not read_audit_event_part(address.part):
        return None, ""
    return await find_patient(asked, text.removesuffix(f".{address.part}")), address.part


def read_reference(asked: Exchange, parameter: str, value: str, *types: str) -> Reference:
    """What a search parameter refers to: `Type/id`, alone or behind the address of this endpoint; of the first type
    the id alone.

    Raises:
        RequestRefused: it refers to something of another type, or to another server.
    """
    found = _REFERENCE.fullmatch(value)
    if found is None and "/" not in value:
        return Reference(types[0], value, None)
    if found is None or found["type"] not in types:
        example = f"{types[0]}/northside.pt-1" + (".evenings" if types[0] == "Goal" else "")
        raise invalid(parameter, f"It must refer to a {' or a '.join(types)}, such as {example}.")
    if found["base"] is not None and found["base"] != asked.base:
        raise invalid(parameter, f"It refers to another server; this one is {asked.base}.")
    return Reference(found["type"], found["id"], int(found["version"]) if found["version"] else None)


def unknown() -> Rejected:
    """The refusal of an id that leads nowhere."""
    return Rejected("goal.unknown", "There is nothing with this id.", version=0)


async def _find(asked: Exchange, address: Address | None) -> tuple[GoalId, str]:
    if address is not None and address.tokens:
        return GoalId(*address.tokens), address.part
    if address is not None:
        found = await _first(asked, lambda goal_id: digest_of(goal_id) == address.digest)
        if found is not None:
            return found, address.part
    raise unknown()


async def _first(asked: Exchange, wanted: Callable[[GoalId], bool]) -> GoalId | None:
    """The first id that cannot be written out and is the wanted one; none that whoever asks may not read."""
    found = await asked.here.reader.read(
        lambda connection: next(filter(wanted, long_ids(connection, SURE_TO_FIT)), None), "goal_state"
    )
    return found if found is not None and await may_see(asked, found) else None
