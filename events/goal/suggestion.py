"""The framework that suits a draft: SMART for a goal with a timeline, GAS for a complex personal goal (S19)."""

import re
from typing import Literal

from events.flag import Remark
from events.goal.state import GoalState
from events.vocabulary import LifeArea

PERSONAL: frozenset[LifeArea] = frozenset({"family", "coping", "other"})
"""Areas of life in which one number does not describe progress."""

_TIMELINE = re.compile(
    r"\d|\b(once|twice|daily|weekly|monthly|times|every|until|before|by the end|hours?|days?|weeks?|months?)\b",
    re.IGNORECASE,
)


Framework = Literal["smart", "gas"]


class Suggestion(Remark):
    """A framework, and why it suits the goal: for staff, who work the goal out with the patient."""

    framework: Framework


def suggested_framework(goal: GoalState, *, simplified: bool) -> Suggestion | None:
    """The framework for a draft; none once a framework was begun, or the goal is active or over."""
    if goal.smart or goal.gas or goal.status not in ("proposed", "contested", "agreed"):
        return None
    if simplified:
        return Suggestion(
            framework="gas", sentence="Three levels in plain words will do: less, as hoped for, and more."
        )
    if _TIMELINE.search(goal.wording or goal.statement):
        return Suggestion(framework="smart", sentence="It speaks of times or numbers: SMART puts them into a timeline.")
    if goal.kind == "process" and goal.horizon == "short_term" and goal.life_area not in PERSONAL:
        return Suggestion(
            framework="smart", sentence="It is something to do soon: SMART says how often, and until when."
        )
    return Suggestion(
        framework="gas",
        sentence="It is personal and has more sides than one number: a scale of five levels in the patient's words.",
    )
