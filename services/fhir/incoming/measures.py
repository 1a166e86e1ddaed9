"""The target of a FHIR goal as a measure, a target and a due date (SMART)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from events.vocabulary import Achievable, Direction, Measure, Per, Smart, TargetRange
from services.fhir.incoming.concepts import codings, display, number, whole, words
from services.fhir.incoming.due import Due, GoalTarget, read_due, unit_of_time
from services.fhir.incoming.refusal import RefusedResource

Quantity = Any  # a Quantity, or a part of a Range or Ratio, of either FHIR version

_DIRECTIONS: dict[str, Direction] = {"<": "at_most", "<=": "at_most", ">": "at_least", ">=": "at_least"}
_PER: dict[tuple[str, int], Per] = {
    **dict.fromkeys((("d", 1), ("h", 24)), "day"),
    **dict.fromkeys((("wk", 1), ("d", 7), ("h", 168)), "week"),
    ("mo", 1): "month",
}
"""The windows of a frequency by the unit and the number of units that the denominator of a ratio has."""


class TargetRead(NamedTuple):
    """What a goal's target says, the name of what it measures in a coded vocabulary, and what is not taken over."""

    smart: Smart | None = None
    clinical_target: str | None = None
    left_out: tuple[str, ...] = ()


class _Detail(NamedTuple):
    target: int | float | TargetRange | None = None
    unit: str | None = None
    per: Per | None = None
    direction: Direction | None = None
    done: bool = False
    specific: str | None = None
    left_out: tuple[str, ...] = ()


def read_targets(targets: Sequence[GoalTarget], start: date | None, own: Mapping[str, Any] | None = None) -> TargetRead:
    """One target as SMART parts: the first that measures something, else the first of all.

    Cairn's goals have one target, so any others are named as left out. What is due is taken from any of them.

    Args:
        targets: Checked against FHIR's lists and invariants (`bindings`).
        start: The goal's start date, from which a `dueDuration` runs.
        own: SMART parts out of Cairn's own extension, for which a target has no place.

    Raises:
        RefusedResource: a range that runs backwards.
    """
    own = own or {}
    if not targets:
        return TargetRead(_with_own(None, own))
    main = next((index for index, each in enumerate(targets) if each.measure is not None), 0)
    first, path = targets[main], f"target[{main}]"
    what = words(first.measure)
    if what is None:
        what = next((coding.code for coding in codings(first.measure) if coding.code), None)
    detail = _read_detail(first, path)
    weeks = own.get("forWeeks")
    due = Due(for_weeks=weeks, target=main) if weeks is not None else read_due(targets, main, start)
    left_out = due.left_out
    measure = None
    if what is not None:
        measure = Measure(
            what=what,
            unit=detail.unit or own.get("unit"),
            target=True if detail.done else detail.target,
            per=detail.per or own.get("per"),
            direction=detail.direction or own.get("direction"),
        )
        left_out += _codes_left_out(first, path)
    elif first.measure is not None:
        left_out += (f"{path}.measure",)
    left_out += detail.left_out
    left_out += tuple(_others_left_out(targets, main, due))
    smart = None
    if measure is not None or due.is_known or detail.specific is not None:
        smart = Smart(specific=detail.specific, measure=measure, due=due.on, for_weeks=due.for_weeks)
    return TargetRead(_with_own(smart, own), display(first.measure) if first.measure is not None else None, left_out)


def _others_left_out(targets: Sequence[GoalTarget], main: int, due: Due) -> Iterator[str]:
    """The targets beside the main one; of the one that says when the goal is due, what else it says."""
    for index, target in enumerate(targets):
        if index == main:
            continue
        if index != due.target:
            yield f"target[{index}]"
        elif target.measure is not None:
            yield f"target[{index}].measure"


def _with_own(smart: Smart | None, own: Mapping[str, Any]) -> Smart | None:
    """The SMART parts of a target with those that stand beside it."""
    if not own:
        return smart
    smart = smart or Smart(for_weeks=own.get("forWeeks"))
    confidence, supports = own.get("confidence"), own.get("supports")
    achievable = Achievable(confidence=confidence, supports=supports) if confidence is not None or supports else None
    # Made anew, not copied: what an extension says is checked like everything else.
    return Smart(
        specific=smart.specific or own.get("specific"),
        measure=smart.measure,
        achievable=achievable,
        relevant=own.get("relevant"),
        due=smart.due,
        for_weeks=smart.for_weeks,
    )


def _codes_left_out(target: GoalTarget, path: str) -> tuple[str, ...]:
    """The codes behind the words for measure and unit: Cairn keeps the words."""
    found = [f"{path}.measure.coding"] if codings(target.measure) else []
    detail = target.detailRange
    quantities = [target.detailQuantity, *((detail.low, detail.high) if detail is not None else ())]
    if any(quantity is not None and quantity.unit and quantity.code for quantity in quantities):
        found.append(f"{path}: the code of the unit")
    return tuple(found)


def _detail_element(target: GoalTarget) -> str | None:
    return next((name for name, value in target if name.startswith("detail") and value is not None), None)


def _read_detail(target: GoalTarget, path: str) -> _Detail:
    if target.detailQuantity is not None:
        return _quantity(target.detailQuantity, f"{path}.detailQuantity")
    if target.detailRange is not None:
        return _range(target.detailRange.low, target.detailRange.high, f"{path}.detailRange")
    if target.detailRatio is not None:
        return _ratio(target.detailRatio.numerator, target.detailRatio.denominator, f"{path}.detailRatio")
    if target.detailInteger is not None:
        return _Detail(target=target.detailInteger)
    if target.detailBoolean is not None:
        return _Detail(done=True) if target.detailBoolean else _Detail(left_out=(f"{path}.detailBoolean",))
    in_words = target.detailString or words(target.detailCodeableConcept)
    if in_words is not None:
        coded = f"{path}.detailCodeableConcept.coding"
        return _Detail(specific=in_words, left_out=(coded,) if codings(target.detailCodeableConcept) else ())
    element = _detail_element(target)
    return _Detail(left_out=(f"{path}.{element}",) if element else ())


def _quantity(quantity: Quantity, path: str) -> _Detail:
    if quantity.value is None:
        return _Detail(left_out=(path,))
    comparator = quantity.comparator
    left_out: tuple[str, ...] = ()
    if comparator == "ad":
        left_out = (f"{path}.comparator: ad",)
    elif comparator in ("<", ">"):
        left_out = (f"{path}.comparator: “{comparator}” is kept as {_DIRECTIONS[comparator]}",)
    return _Detail(
        target=number(quantity.value),
        unit=_unit(quantity),
        direction=_DIRECTIONS.get(comparator or ""),
        left_out=left_out,
    )


def _range(low: Quantity | None, high: Quantity | None, path: str) -> _Detail:
    ends = [end for end in (low, high) if end is not None and end.value is not None]
    units = {_unit(end) for end in ends}
    if not ends or len(units) > 1:
        return _Detail(left_out=(path,))
    values = [number(end.value) if end is not None and end.value is not None else None for end in (low, high)]
    if values[0] is not None and values[1] is not None and values[0] > values[1]:
        raise RefusedResource(path, "Its low is above its high.")
    return _Detail(target=TargetRange(low=values[0], high=values[1]), unit=units.pop())


def _ratio(numerator: Quantity | None, denominator: Quantity | None, path: str) -> _Detail:
    """A count per day, week or month, also as “4 per 7 d” or “8 per 2 wk”; other ratios have no place in a measure."""
    unit = unit_of_time(denominator) if denominator is not None else None
    length = whole(denominator.value) if denominator is not None else None
    if numerator is None or unit is None or length is None or length < 1:
        return _Detail(left_out=(path,))
    counted = _quantity(numerator, f"{path}.numerator")
    per = _PER.get((unit, length))
    if per is not None:
        return counted._replace(per=per)
    # So many in several weeks are so many in one, where that comes out even.
    count = whole(numerator.value)
    share = _even_share(count, unit, length) if count is not None else None
    return counted._replace(target=share[0], per=share[1]) if share else _Detail(left_out=(path,))


def _even_share(count: int, unit: str, length: int) -> tuple[int, Per] | None:
    """The count for one week (of several, or of days that make whole weeks), day or month; None when it is uneven."""
    if unit == "d" and length % 7 == 0:
        unit, length = "wk", length // 7
    per = _PER.get((unit, 1))
    return (count // length, per) if per is not None and count % length == 0 else None


def _unit(quantity: Quantity) -> str | None:
    unit: str | None = quantity.unit or quantity.code
    return unit
