"""When a goal is defined well enough to be worked on, and what it lacks until then (DOMAIN: goal.vague, gas.levels)."""

from events.goal.state import GoalState
from events.vocabulary import GasScale, Smart

FULL_SCALE = ("-2", "-1", "0", "1", "2")
SIMPLE_SCALE = ("-1", "0", "1")


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


def missing_levels(gas: GasScale | None, *, simplified: bool) -> tuple[str, ...]:
    """The levels that a scale lacks: five are needed, or -1, 0 and +1 in simplified language."""
    levels = gas.levels if gas else {}
    needed = SIMPLE_SCALE if simplified else FULL_SCALE
    return tuple(f"gas.levels.{level}" for level in needed if level not in levels)


def missing_parts(state: GoalState, *, simplified: bool) -> tuple[str, ...]:
    """What keeps a goal from being activated; empty as soon as one framework is complete.

    A goal that has begun one framework is told what that one lacks; a goal in own words only is told both.
    """
    smart = missing_in_smart(state.smart)
    levels = missing_levels(state.gas, simplified=simplified)
    if not smart or not levels:
        return ()
    if simplified or (state.gas is not None and state.smart is None):
        return levels
    return smart if state.gas is None and state.smart is not None else (*smart, *levels)
