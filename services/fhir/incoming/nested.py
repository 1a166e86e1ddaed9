"""What stands within the elements that are read, and is itself not read: it is lost, and so it is named."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.fhir.incoming.refusal import Json
from services.fhir.vocabulary import ACCEPTANCE, REASON_REJECTED, RELATIONSHIP, SCALING

_REFERENCE = frozenset({"reference", "type", "identifier", "display"})
_CONCEPT = frozenset({"coding", "text"})
_QUANTITY = frozenset({"value", "comparator", "unit", "system", "code"})
_READ_IN: Mapping[str, frozenset[str]] = {
    "identifier": frozenset({"system", "value"}),
    "subject": _REFERENCE,
    "expressedBy": _REFERENCE,
    "source": _REFERENCE,
    "focus": _REFERENCE,
    "performer": _REFERENCE,
    "description": _CONCEPT,
    "achievementStatus": _CONCEPT,
    "code": _CONCEPT,
    "valueCodeableConcept": _CONCEPT,
    "effectivePeriod": frozenset({"start", "end"}),
    "note": frozenset({"text"}),
    "target": frozenset(
        {"measure", "dueDate", "dueDuration"}
        | {"detailQuantity", "detailRange", "detailRatio", "detailInteger", "detailBoolean", "detailString"}
        | {"detailCodeableConcept"}
    ),
    "target.dueDuration": _QUANTITY,
    "target.detailQuantity": _QUANTITY,
    "target.detailRange": frozenset({"low", "high"}),
    "target.detailRange.low": _QUANTITY,
    "target.detailRange.high": _QUANTITY,
    "target.detailRatio": frozenset({"numerator", "denominator"}),
    "target.detailRatio.numerator": _QUANTITY,
    "target.detailRatio.denominator": _QUANTITY,
}
"""What is read of each element; what else FHIR allows in it is named. An element that is not listed is read whole, or
its own reader names what it leaves out. A display repeats what a code or a reference says, and is not missed."""

_PARTS_READ: Mapping[str, frozenset[str]] = {
    SCALING: frozenset({"level", "progressText", "text"}),
    ACCEPTANCE: frozenset({"individual", "status"}),
    RELATIONSHIP: frozenset({"type", "target"}),
    REASON_REJECTED: frozenset(),
}
"""The parts that are read of each complex extension of others."""


def unread_parts(resource: Json, read: frozenset[str]) -> list[str]:
    """The paths within the elements `read` of a resource at which something stands that is not taken over.

    They are extensions of single elements and of primitive values (such as a translation, in `_text`), and parts that
    Cairn has no place for. The extensions of the resource itself have readers of their own; of those that are known,
    further parts are named.
    """
    found: list[str] = []
    for name in sorted(resource.keys() & read - {"extension", "meta"}):
        found += _within(resource[name], name, name)
    extensions = resource.get("extension")
    for index, extension in enumerate(extensions if isinstance(extensions, list) else ()):
        found += _in_extension(extension, f"extension[{index}]")
    return list(dict.fromkeys(found))


def _within(value: Any, path: str, element: str) -> Iterator[str]:  # Any: JSON
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _within(each, f"{path}[{index}]", element)
    elif isinstance(value, dict):
        known = _READ_IN.get(element)
        for name, inner in value.items():
            if name == "id":
                continue
            if name == "extension" or name.startswith("_") or (known is not None and name not in known):
                yield f"{path}.{name}"
            else:
                yield from _within(inner, f"{path}.{name}", f"{element}.{name}")


def _in_extension(extension: Any, path: str) -> Iterator[str]:  # Any: JSON
    if not isinstance(extension, dict) or extension.get("url") not in _PARTS_READ:
        return
    known = _PARTS_READ[extension["url"]]
    inner = extension.get("extension")
    seen: set[object] = set()
    for index, part in enumerate(inner if isinstance(inner, list) else ()):
        url = part.get("url") if isinstance(part, dict) else None
        if url not in known:
            yield f"{path}.{url if isinstance(url, str) else f'extension[{index}]'}"
        elif url in seen:
            yield f"{path}.{url}, given again"
        else:
            yield from (each for each in _within(part, f"{path}.{url}", "") if each)
        seen.add(url)
    yield from (f"{path}.{name}" for name in extension if name.startswith("_"))
