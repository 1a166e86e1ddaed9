"""What Cairn's own extensions bring back: the parts of a goal that FHIR has no place for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, get_args

from events.vocabulary import Direction, Horizon, Kind, Outcome, Per, Template
from services.fhir.incoming.concepts import Extension, parts, value_of
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.vocabulary import (
    CLINICAL_TARGET,
    HORIZON,
    INTERVENTION,
    KIND,
    OUTCOME,
    PRIORITY,
    RELEVANCE,
    SCALE,
    SMART,
    SUPPORTS,
    TEMPLATE,
    WORDING,
)

At = tuple[str, Extension]
"""An extension and where it stands, such as `extension[2]`."""
OWN = frozenset(
    {
        *(CLINICAL_TARGET, HORIZON, INTERVENTION, KIND, OUTCOME, PRIORITY, RELEVANCE, SCALE, SMART, SUPPORTS),
        *(TEMPLATE, WORDING),
    }
)
"""Every extension of a Goal that is Cairn's own."""
_CODES: dict[str, tuple[str, ...]] = {
    KIND: get_args(Kind),
    HORIZON: get_args(Horizon),
    OUTCOME: get_args(Outcome),
    "per": get_args(Per),
    "direction": get_args(Direction),
}
_WHOLE = frozenset({RELEVANCE, "baseline", "importance", "difficulty", "confidence", "forWeeks", "version"})
"""Extensions and parts that hold whole numbers; the others hold texts."""

# Any below: what an extension holds is one of fifty types until it has been checked here.


class Own(NamedTuple):
    """The parts of a goal in Cairn's own extensions, each None or empty where there is none."""

    fields: dict[str, Any]  # fields of `Imported` by name
    supports: object = None
    outcome: str | None = None
    smart: dict[str, Any] = {}  # noqa: RUF012 - never changed
    scale: dict[str, Any] = {}  # noqa: RUF012 - never changed


def read_own(extensions: Sequence[At]) -> Own:
    """Read Cairn's own extensions of a Goal.

    Raises:
        RefusedResource: one is there twice, or holds what it cannot hold.
    """
    found = {each.url: (path, each) for path, each in extensions if each.url in OWN - {INTERVENTION}}
    twice = next(_repeated(path_and for path_and in extensions if path_and[1].url in found), None)
    if twice is not None:
        raise RefusedResource(twice, "There is one of these already.")

    def simple(url: str) -> Any:
        return _checked(*found[url], url) if url in found else None

    def complex_(url: str) -> dict[str, Any]:
        return _parts(*found[url]) if url in found else {}

    template = complex_(TEMPLATE)
    interventions = tuple(_checked(path, each, INTERVENTION) for path, each in extensions if each.url == INTERVENTION)
    fields = {
        "wording": simple(WORDING),
        "kind": simple(KIND),
        "horizon": simple(HORIZON),
        "relevance": simple(RELEVANCE),
        "priority": simple(PRIORITY),
        "clinical_target": simple(CLINICAL_TARGET),
        "interventions": interventions or None,
        "template": Template(**template) if template else None,
    }
    return Own(
        fields={name: value for name, value in fields.items() if value is not None},
        supports=_reference(*found[SUPPORTS]) if SUPPORTS in found else None,
        outcome=simple(OUTCOME),
        smart=complex_(SMART),
        scale=complex_(SCALE),
    )


def _repeated(extensions: Iterable[At]) -> Iterator[str]:
    seen = set()
    for path, each in extensions:
        if each.url in seen:
            yield path
        seen.add(each.url)


def _parts(path: str, extension: Extension) -> dict[str, Any]:
    found_parts = parts(extension)
    return {name: _value(f"{path}.{name}", name, value) for name, value in found_parts.items()}


def _checked(path: str, extension: Extension, url: str) -> Any:
    return _value(path, url, value_of(extension))


def _value(path: str, name: str, value: Any) -> Any:
    codes = _CODES.get(name)
    if codes is not None and value not in codes:
        raise RefusedResource(path, f"It must be one of {', '.join(codes)}.")
    if name in _WHOLE and not (isinstance(value, int) and not isinstance(value, bool)):
        raise RefusedResource(path, "It must be a whole number.")
    if name not in _WHOLE and not isinstance(value, str):
        raise RefusedResource(path, "It must be a text.")
    return value


def _reference(path: str, extension: Extension) -> object:
    reference = value_of(extension)
    if not hasattr(reference, "reference"):
        raise RefusedResource(path, "It must be a reference to a Goal.")
    return reference.model_dump()
