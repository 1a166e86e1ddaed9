"""The security labels of a goal: an imported goal keeps those that it came with, and what is told of it bears them."""

from events.goal.state import GoalState
from services.fhir.outgoing.elements import Json, coding, given
from services.fhir.vocabulary import SECURITY


def security_labels(state: GoalState) -> list[Json]:
    """`meta.security` of the Goal, of its Observations, and of the Provenance of its events.

    Such a label says, for example, that 42 CFR Part 2 holds (records of addiction treatment). Cairn keeps it for those
    who read the resource, and does not decide by it who may.
    """
    return [_label(each.value) for each in state.external if each.system == SECURITY]


def _label(value: str) -> Json:
    system, _, code = value.rpartition("|")
    return coding(system, code) if system else given(code=code)
