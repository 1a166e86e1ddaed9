"""Whether a goal is defined well enough to be activated, and what is missing (DOMAIN: goal.vague, gas.levels)."""

from events.goal.state import GoalState
from events.vocabulary import GasScale, Smart

FULL_SCALE = ("-2", "-1", "0", "1", "2")
SIMPLE_SCALE = ("-1", "0", "1")

WHY: dict[str, str] = {
    "smart.measure": "Without something to count or to see, nobody can tell whether the goal comes nearer.",
    "smart.measure.target": "Without a number, a range or a plain yes, nobody can tell when it is enough.",
    "smart.due": "Without a date, or a number of weeks, there is no day on which to look back together.",
    "smart.specific": "Said in one concrete sentence, it is clear to everyone what is to be done.",
    "smart.achievable": "The patient's confidence, and what supports them, show whether it fits into daily life.",
    "smart.relevant": "Why it matters to the patient carries the goal through a hard week.",
    "gas.levels.-2": "Say what much less than expected would look like.",
    "gas.levels.-1": "Say what less than expected would look like.",
    "gas.levels.0": "Say what is expected; this is the middle of the scale.",
    "gas.levels.1": "Say what more than expected would look like.",
    "gas.levels.2": "Say what much more than expected would look like.",
}
"""For each part that a definition can lack: why it is needed."""
WHY_FOR_STAFF = frozenset({"smart.achievable", "smart.relevant"})
"""Those of these parts whose reason speaks about the patient; the others speak of the goal alone."""


def missing_in_smart(smart: Smart | None) -> tuple[str, ...]:
    """The parts without which a SMART goal cannot be activated: its measure, a target, and when it is due."""
    if smart is None:
        return ("smart.measure", "smart.measure.target", "smart.due")
    missing = []
    if smart.measure is None:
        missing += ["smart.measure", "smart.measure.target"]
    elif smart.measure.target is None:
        missing.append("smart.measure.target")
    if smart.due is None and smart.for_weeks is None:
        missing.append("smart.due")
    return tuple(missing)


def unsaid_in_smart(smart: Smart | None) -> tuple[str, ...]:
    """The parts of SMART that are still empty, and without which work can begin."""
    if smart is None:
        return ()
    parts = {"specific": smart.specific, "achievable": smart.achievable, "relevant": smart.relevant}
    return tuple(f"smart.{part}" for part, value in parts.items() if value is None)


def missing_levels(gas: GasScale | None, *, simplified: bool) -> tuple[str, ...]:
    """The levels that a scale lacks: five are needed, or -1, 0 and +1 in simplified language."""
    levels = gas.levels if gas else {}
    needed = SIMPLE_SCALE if simplified else FULL_SCALE
    return tuple(f"gas.levels.{level}" for level in needed if level not in levels)


def has_levels(gas: GasScale | None) -> bool:
    """Whether a scale was begun: it describes at least one level."""
    return gas is not None and bool(gas.levels)


def missing_parts(state: GoalState, *, simplified: bool) -> tuple[str, ...]:
    """What keeps a goal from being activated; empty as soon as one framework is complete and no scale is half done.

    A goal that has begun one framework is told what that one lacks; a goal in own words only is told both. A scale
    grows level by level while the goal is a draft, and is whole before the work begins.
    """
    smart = missing_in_smart(state.smart)
    if not smart and not has_levels(state.gas):
        return ()
    levels = missing_levels(state.gas, simplified=simplified)
    if not levels:
        return ()
    if not smart:
        return levels
    if simplified or (state.gas is not None and state.smart is None):
        return levels
    return smart if state.gas is None and state.smart is not None else (*smart, *levels)
