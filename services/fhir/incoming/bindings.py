"""Codes that FHIR requires to be from its lists, and invariants: `fhir.resources` checks neither."""

from collections.abc import Iterator, Mapping

from services.fhir.incoming.refusal import Json, RefusedResource

_COMPARATORS = ("<", "<=", ">=", ">", "ad")
_IDENTIFIER_USES = ("usual", "official", "temp", "secondary", "old")
_NARRATIVE_STATUSES = ("generated", "extensions", "additional", "empty")
_SIMPLE = "*"

Bindings = Mapping[str, tuple[str, ...] | str]

GOAL: Bindings = {
    "text.status": _NARRATIVE_STATUSES,
    "identifier.use": _IDENTIFIER_USES,
    "target.detailQuantity.comparator": _COMPARATORS,
    "target.detailRatio.numerator.comparator": _COMPARATORS,
    "target.detailRatio.denominator.comparator": _SIMPLE,
    "target.detailRange.low.comparator": _SIMPLE,
    "target.detailRange.high.comparator": _SIMPLE,
    "target.dueDuration.comparator": _COMPARATORS,
}
"""Required bindings of a Goal, R4 and R5, by path; `*` where an element must have no such part (SimpleQuantity).
`lifecycleStatus` is checked by `status`, and the status of the acceptance extension by `agreement`."""

OBSERVATION: Bindings = {
    "text.status": _NARRATIVE_STATUSES,
    "identifier.use": _IDENTIFIER_USES,
    "valueQuantity.comparator": _COMPARATORS,
    "component.valueQuantity.comparator": _COMPARATORS,
}
"""Required bindings of an Observation; its `status` is checked by `scores`."""


def check_codes(resource: Json, bindings: Bindings) -> None:
    """Check every bound code of a resource, also in parts that are not taken over.

    Raises:
        RefusedResource: with the path of the first code that is not in its list.
    """
    for path, codes in bindings.items():
        for where, value in _values(resource, path.split("."), ""):
            if codes == _SIMPLE:
                raise RefusedResource(where, "FHIR allows no comparator here.")
            if value not in codes:
                shown = f"“{value[:40]}”" if isinstance(value, str) else "It"
                raise RefusedResource(where, f"{shown} is not one of {', '.join(codes)}.")


def check_targets(goal: Json) -> None:
    """FHIR invariant gol-1: where a target has a detail, it has a measure.

    Raises:
        RefusedResource: with the path of the measure that is missing, or has nothing in it.
    """
    targets = goal.get("target")
    for index, target in enumerate(targets if isinstance(targets, list) else ()):
        if not isinstance(target, dict) or not any(name.startswith("detail") for name in target):
            continue
        if not target.get("measure"):
            raise RefusedResource(
                f"target[{index}].measure", "It is missing, but there is a detail to measure (invariant gol-1)."
            )


def _values(element: object, path: list[str], where: str) -> Iterator[tuple[str, object]]:
    if isinstance(element, list):
        for index, each in enumerate(element):
            yield from _values(each, path, f"{where}[{index}]")
    elif not path:
        yield where, element
    elif isinstance(element, dict) and path[0] in element:
        yield from _values(element[path[0]], path[1:], f"{where}.{path[0]}".lstrip("."))
