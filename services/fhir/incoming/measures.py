"""The target of a FHIR goal as a measure, a target and a due date (SMART)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from fhir.resources import goal as r5
from fhir.resources.R4B import goal as r4

from events.vocabulary import Achievable, Direction, Measure, Per, Smart, TargetRange
from services.fhir.incoming.concepts import codings, display, full_date, number, words
from services.fhir.incoming.refusal import RefusedResource

GoalTarget = r4.GoalTarget | r5.GoalTarget
Quantity = Any  # a Quantity, or a part of a Range or Ratio, of either FHIR version

_DIRECTIONS: dict[str, Direction] = {"<": "at_most", "<=": "at_most", ">": "at_least", ">=": "at_least"}
_PER: dict[str, Per] = {"d": "day", "day": "day", "wk": "week", "week": "week", "mo": "month", "month": "month"}
_DAYS = {"d": 1, "wk": 7}
_MOST_WEEKS = 104


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
    """The first target as SMART parts; Cairn's goals have one, so any others are named as left out.

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
    first = targets[0]
    what = words(first.measure)
    if what is None:
        what = next((coding.code for coding in codings(first.measure) if coding.code), None)
    detail = _read_detail(first)
    weeks = own.get("forWeeks")
    due, for_weeks, left_out = (None, weeks, ()) if weeks is not None else _read_due(first, start)
    measure = None
    if what is not None:
        measure = Measure(
            what=what,
            unit=detail.unit or own.get("unit"),
            target=True if detail.done else detail.target,
            per=detail.per or own.get("per"),
            direction=detail.direction or own.get("direction"),
        )
        left_out += _codes_left_out(first)
    elif first.measure is not None:
        left_out += ("target[0].measure",)
    left_out += detail.left_out + tuple(f"target[{index}]" for index in range(1, len(targets)))
    smart = None
    if measure is not None or due is not None or for_weeks is not None or detail.specific is not None:
        smart = Smart(specific=detail.specific, measure=measure, due=due, for_weeks=for_weeks)
    return TargetRead(_with_own(smart, own), display(first.measure) if first.measure is not None else None, left_out)


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


def _codes_left_out(target: GoalTarget) -> tuple[str, ...]:
    """The codes behind the words for measure and unit: Cairn keeps the words."""
    found = ["target[0].measure.coding"] if codings(target.measure) else []
    detail = target.detailRange
    quantities = [target.detailQuantity, *((detail.low, detail.high) if detail is not None else ())]
    if any(quantity is not None and quantity.unit and quantity.code for quantity in quantities):
        found.append("target[0]: the code of the unit")
    return tuple(found)


def _detail_element(target: GoalTarget) -> str | None:
    return next((name for name, value in target if name.startswith("detail") and value is not None), None)


def _read_detail(target: GoalTarget) -> _Detail:
    if target.detailQuantity is not None:
        return _quantity(target.detailQuantity, "target[0].detailQuantity")
    if target.detailRange is not None:
        return _range(target.detailRange.low, target.detailRange.high)
    if target.detailRatio is not None:
        return _ratio(target.detailRatio.numerator, target.detailRatio.denominator)
    if target.detailInteger is not None:
        return _Detail(target=target.detailInteger)
    if target.detailBoolean is not None:
        return _Detail(done=True) if target.detailBoolean else _Detail(left_out=("target[0].detailBoolean",))
    in_words = target.detailString or words(target.detailCodeableConcept)
    if in_words is not None:
        return _Detail(specific=in_words)
    element = _detail_element(target)
    return _Detail(left_out=(f"target[0].{element}",) if element else ())


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


def _range(low: Quantity | None, high: Quantity | None) -> _Detail:
    ends = [end for end in (low, high) if end is not None and end.value is not None]
    units = {_unit(end) for end in ends}
    if not ends or len(units) > 1:
        return _Detail(left_out=("target[0].detailRange",))
    values = [number(end.value) if end is not None and end.value is not None else None for end in (low, high)]
    if values[0] is not None and values[1] is not None and values[0] > values[1]:
        raise RefusedResource("target[0].detailRange", "Its low is above its high.")
    return _Detail(target=TargetRange(low=values[0], high=values[1]), unit=units.pop())


def _ratio(numerator: Quantity | None, denominator: Quantity | None) -> _Detail:
    """A count per day, week or month; other ratios have no place in a measure."""
    if numerator is None or denominator is None or denominator.value != 1:
        return _Detail(left_out=("target[0].detailRatio",))
    per = _PER.get(denominator.code or denominator.unit or "")
    counted = _quantity(numerator, "target[0].detailRatio.numerator")
    return counted._replace(per=per) if per else _Detail(left_out=("target[0].detailRatio",))


def _unit(quantity: Quantity) -> str | None:
    unit: str | None = quantity.unit or quantity.code
    return unit


def _read_due(target: GoalTarget, start: date | None) -> tuple[date | None, int | None, tuple[str, ...]]:
    if target.dueDate is not None:
        due = full_date(target.dueDate)
        return due, None, () if due else (f"target[0].dueDate: {target.dueDate}, which names no day",)
    duration = target.dueDuration
    if duration is None:
        return None, None, ()
    days = _DAYS.get(duration.code or "")
    count = number(duration.value) if duration.value is not None else None
    if days is not None and isinstance(count, int) and 0 < count * days <= _MOST_WEEKS * 7:
        if start is not None and (date.max - start).days >= count * days:
            return start + timedelta(days=count * days), None, ()
        if start is None and days * count % 7 == 0:
            return None, days * count // 7, ()
    return None, None, ("target[0].dueDuration",)
