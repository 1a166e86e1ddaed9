"""Checking a resource against its FHIR version, with a path and a sentence for what is wrong."""

import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from events.wrong_values import wrong_values
from services.fhir.incoming.bindings import Bindings, check_codes
from services.fhir.incoming.json_kinds import check_json
from services.fhir.incoming.refusal import Json, RefusedResource

Model = TypeVar("Model", bound=BaseModel)

_NOT_OURS = ("contained", "id", "text")
"""Checked elsewhere, or not at all: what is contained are resources of their own, and ids only have to tell apart."""
_NOT_IN_ITS_FORM = re.compile(r"(?P<kind>\w+) value string does not match spec regex")
_EXAMPLES = {"Date": "2026-01-31", "Decimal": "4.5"}
_INSTANT = "2026-01-31T09:30:00+01:00"


def parse(model: type[Model], resource: Json, bindings: Bindings) -> Model:
    """The resource as its model reads it, its codes checked against the lists that FHIR requires.

    Raises:
        RefusedResource: it does not fit, or says that it must not be read by whoever does not know its extensions
            (`modifierExtension`, `implicitRules`).
    """
    for path in _binding(resource):
        raise RefusedResource(
            path, "It changes the meaning in a way that Cairn does not know, so FHIR forbids reading on."
        )
    check_json(resource)
    check_codes(resource, bindings)
    try:
        return model.model_validate({name: value for name, value in resource.items() if name not in _NOT_OURS})
    except ValidationError as error:
        first = wrong_values(error)[0]
        raise RefusedResource(_fhir_path(first.where), _sentence(first.kind, first.sentence)) from None


def _fhir_path(where: tuple[int | str, ...]) -> str:
    """A place in a resource as FHIR writes it: `target[0].dueDate`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _binding(resource: Json) -> list[str]:
    targets = resource.get("target")
    inner = enumerate(targets) if isinstance(targets, list) else ()
    return [name for name in ("implicitRules", "modifierExtension") if resource.get(name)] + [
        f"target[{index}].modifierExtension"
        for index, target in inner
        if isinstance(target, dict) and target.get("modifierExtension")
    ]


def _sentence(kind: str, sentence: str) -> str:
    if kind == "extra_forbidden":
        return "This FHIR version has no such element."
    if kind in ("json_invalid", "json_type"):
        return "It must be an object."
    malformed = _NOT_IN_ITS_FORM.match(sentence)
    if malformed:
        return f"It is not in the form that FHIR has for it, such as {_EXAMPLES.get(malformed['kind'], _INSTANT)}."
    if kind == "string_pattern_mismatch":
        return "It is not in the form that FHIR has for it; an empty text is none."
    return " ".join(sentence.split())[:200].rstrip(".!") + "."
