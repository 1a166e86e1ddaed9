"""Goal attainment scales out of the extension of HL7's Person-Centered Outcomes implementation guide."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from events.vocabulary import GasScale
from services.fhir.incoming.concepts import Extension, parts
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.loinc import ATTAINMENT_LEVELS


class ScaleRead(NamedTuple):
    """The scale of a goal, and the texts of it that belong to no level."""

    scale: GasScale | None
    left_out: tuple[str, ...]


def read_scale(extensions: Sequence[tuple[str, Extension]], own: Mapping[str, int], baseline: int | None) -> ScaleRead:
    """The scale in a goal's extensions, one a level, each with `level` and `progressText` (older: `text`).

    The guide lets `level` be absent; such a text cannot be placed and is left out.

    Args:
        extensions: The goal's scaling extensions by their path.
        own: Baseline, importance and difficulty out of Cairn's own extension.
        baseline: The level at the start, from a score Observation; it outweighs `own`.

    Raises:
        RefusedResource: a level that is none, a level without a text, or the same level or text twice.
    """
    levels: dict[str, str] = {}
    left_out: list[str] = []
    for path, extension in extensions:
        said = parts(extension)
        text = said.get("progressText", said.get("text"))
        if not isinstance(text, str):
            raise RefusedResource(path, "It has no text for its level (progressText, or text in older versions).")
        if said.get("level") is None:
            left_out.append(f"{path}: it names no level")
            continue
        level = _level(said["level"])
        if level is None:
            raise RefusedResource(
                f"{path}.level", f"Its code must be one of LOINC's {', '.join(ATTAINMENT_LEVELS)} (+2 to -2)."
            )
        if str(level) in levels:
            raise RefusedResource(path, f"The level {level:+d} has a text already.")
        levels[str(level)] = text
    if not levels and not own:
        return ScaleRead(None, tuple(left_out))
    in_order = {level: levels[level] for level in ("-2", "-1", "0", "1", "2") if level in levels}
    try:
        # The keys were made from the five levels just now; a dict of str cannot say so to the type checker.
        begun = {} if baseline is None else {"baseline": baseline}
        scale = GasScale.model_validate({"levels": in_order, **own, **begun})
    except ValidationError as error:
        said_wrong = error.errors(include_url=False, include_input=False, include_context=False)[0]["msg"]
        raise RefusedResource("extension", f"The scale is not usable: {said_wrong}.") from None
    return ScaleRead(scale, tuple(left_out))


def _level(value: object) -> int | None:
    """The level in a Coding, or in a CodeableConcept around one."""
    codings = getattr(value, "coding", None) or [value]
    return next(
        (ATTAINMENT_LEVELS[code] for each in codings if (code := getattr(each, "code", None)) in ATTAINMENT_LEVELS),
        None,
    )
