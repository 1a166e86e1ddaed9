"""SMART parts as a goal's `target`, and as an extension what a target has no place for."""

from events.vocabulary import Direction, Measure, Per, Smart, TargetRange
from services.fhir.outgoing.elements import Json, code, composed, given, integer, string
from services.fhir.vocabulary import SMART, UCUM

_COMPARATORS: dict[Direction, str] = {"at_least": ">=", "at_most": "<="}
_UCUM: dict[Per, str] = {"day": "d", "week": "wk", "month": "mo"}


def write_target(smart: Smart | None) -> Json | None:
    """The one target of a goal; None when it has neither measure nor end.

    A detail only ever stands beside its measure (FHIR invariant gol-1).
    """
    if smart is None:
        return None
    measure = given(measure={"text": smart.measure.what}, **_detail(smart, smart.measure)) if smart.measure else {}
    return given(**measure, **_due(smart)) or None


def write_smart(smart: Smart | None) -> Json | None:
    """The extension with what the target does not say; None when it says all."""
    if smart is None:
        return None
    measure = smart.measure
    in_detail = _said_by_detail(measure.target, measure.per) if measure else frozenset()
    achievable = smart.achievable
    return composed(
        SMART,
        {
            "specific": string(None if _specific_is_detail(smart) else smart.specific),
            "relevant": string(smart.relevant),
            "confidence": integer(achievable.confidence if achievable else None),
            "supports": string(achievable.supports if achievable else None),
            "forWeeks": integer(smart.for_weeks),
            "unit": string(measure.unit if measure and "unit" not in in_detail else None),
            "per": code(measure.per if measure and "per" not in in_detail else None),
            "direction": code(measure.direction if measure and "direction" not in in_detail else None),
        },
    )


def _detail(smart: Smart, measure: Measure) -> Json:
    target = measure.target
    if isinstance(target, TargetRange):
        ends = {name: _quantity(end, measure.unit) for name, end in target if end is not None}
        return {"detailRange": ends}
    if target is True:
        return {"detailBoolean": True}
    if target is None:
        return {"detailString": smart.specific} if _specific_is_detail(smart) else {}
    counted = _quantity(target, measure.unit, measure.direction)
    if measure.per is None:
        return {"detailQuantity": counted}
    period = {"value": 1, "unit": measure.per, "system": UCUM, "code": _UCUM[measure.per]}
    return {"detailRatio": {"numerator": counted, "denominator": period}}


def _said_by_detail(target: object, per: Per | None) -> frozenset[str]:
    """Which parts of a measure its detail expresses: they depend on the kind of the target."""
    if isinstance(target, TargetRange):
        return frozenset({"unit"})
    if target is None or target is True:
        return frozenset()
    return frozenset({"unit", "direction", "per"})


def _specific_is_detail(smart: Smart) -> bool:
    """Whether the free place of a missing target is taken by what the goal is in particular."""
    return smart.specific is not None and smart.measure is not None and smart.measure.target is None


def _quantity(value: float, unit: str | None, direction: Direction | None = None) -> Json:
    return given(value=value, comparator=_COMPARATORS[direction] if direction else None, unit=unit)


def _due(smart: Smart) -> Json:
    if smart.due is not None:
        return {"dueDate": smart.due.isoformat()}
    if smart.for_weeks is not None:
        return {"dueDuration": {"value": smart.for_weeks, "unit": "weeks", "system": UCUM, "code": "wk"}}
    return {}
