"""FHIR's two status axes as Cairn's status and outcome (DOMAIN: FHIR, the table read from right to left)."""

from typing import NamedTuple, cast

from events.vocabulary import Outcome, Status
from services.fhir.incoming.concepts import Concept, codings
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.vocabulary import ACHIEVEMENT

_LIFECYCLE: dict[str, Status] = {
    "proposed": "proposed",
    "planned": "proposed",
    "accepted": "agreed",
    "active": "active",
    "on-hold": "held",
    "completed": "closed",
    "cancelled": "closed",
    "entered-in-error": "entered_in_error",
    "rejected": "contested",
}
"""Value set goal-status, a required binding."""

_ENDED: dict[str, Outcome] = {
    "achieved": "achieved",
    "sustaining": "achieved",
    "not-achieved": "not_achieved",
    "no-progress": "not_achieved",
    "not-attainable": "not_achieved",
}
"""The codes of goal-achievement that say how a completed goal ended."""

_FINER: dict[str, tuple[str, ...]] = {"not-achieved": ("partially_achieved", "not_achieved")}
"""The outcomes that Cairn itself writes with the same code."""
_COARSER = frozenset({"sustaining", "no-progress", "not-attainable"})
"""The codes that say more than the outcome they are kept as."""

_UNDER_WAY = ("in-progress", "improving", "worsening", "no-change")
"""The codes of goal-achievement for work that goes on; here they follow from the levels, and are not stored."""


class StatusRead(NamedTuple):
    """Status and outcome, and what of FHIR's statement has no place in them."""

    status: Status
    outcome: Outcome | None
    left_out: tuple[str, ...]


def read_status(
    lifecycle: str | None, achievement: Concept | None, *, replaced: bool, outcome: str | None = None
) -> StatusRead:
    """What lifecycleStatus and achievementStatus come to.

    `outcome` is what Cairn's own extension says, which is finer than FHIR's codes. It counts where it agrees with
    them: a goal that another system has taken up again, or ended in another way, is what the standard elements say.

    A goal that is completed without a word on how it ended becomes `retired`: FHIR's “completed” says that it is no
    longer being sought, and neither success nor failure is invented. `replaced` says that another goal took a
    cancelled one's place.

    Raises:
        RefusedResource: a code is not in FHIR's list.
    """
    if lifecycle is None:
        raise RefusedResource("lifecycleStatus", f"It is missing; it is one of {', '.join(_LIFECYCLE)}.")
    if lifecycle not in _LIFECYCLE:
        raise RefusedResource("lifecycleStatus", f"“{lifecycle[:40]}” is not one of {', '.join(_LIFECYCLE)}.")
    code = _achievement_code(achievement)
    status = _LIFECYCLE[lifecycle]
    left_out: tuple[str, ...] = ("lifecycleStatus: “planned” is kept as proposed",) if lifecycle == "planned" else ()
    if status == "closed":
        ended: Outcome = "retired"
        if lifecycle == "cancelled":
            ended = "replaced" if replaced else "retired"
            ended = cast(Outcome, outcome) if outcome in ("retired", "replaced") else ended
        elif code in _ENDED:
            finer = outcome in _FINER.get(code, ())
            coarser = (f"achievementStatus: {code} is kept as {_ENDED[code]}",) if code in _COARSER else ()
            return StatusRead(status, cast(Outcome, outcome) if finer else _ENDED[code], left_out + coarser)
        else:
            left_out += ("lifecycleStatus: completed, without saying how it ended, is kept as retired",)
        return StatusRead(status, ended, left_out + _unused(achievement, code))
    return StatusRead(status, None, left_out + _unused(achievement, None if code == "in-progress" else code))


def _achievement_code(achievement: Concept | None) -> str | None:
    for index, coding in enumerate(codings(achievement)):
        if coding.system == ACHIEVEMENT:
            if coding.code not in _ENDED and coding.code not in _UNDER_WAY:
                known = ", ".join((*_UNDER_WAY, *_ENDED))
                raise RefusedResource(
                    f"achievementStatus.coding[{index}].code", f"“{str(coding.code)[:40]}” is not one of {known}."
                )
            return coding.code
    return None


def _unused(achievement: Concept | None, code: str | None) -> tuple[str, ...]:
    if code is not None:
        return (f"achievementStatus: {code}",)
    in_list = achievement is None or any(coding.system == ACHIEVEMENT for coding in codings(achievement))
    return () if in_list else ("achievementStatus",)
