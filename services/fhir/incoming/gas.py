"""Goal attainment scales out of the extension of HL7's Person-Centered Outcomes implementation guide."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from events.vocabulary import SUBMITTED, GasScale
from events.wrong_values import wrong_values
from services.fhir.incoming.concepts import Extension, parts
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.loinc import ATTAINMENT_LEVELS, LOINC

_WITHOUT = " So the goal comes in without its scale."


class ScaleRead(NamedTuple):
    """The scale of a goal, and what of it is not taken over.

    Attributes:
        unreadable: The goal has a scale, which is not taken over at all, because one part of it cannot be read.
    """

    scale: GasScale | None
    left_out: tuple[str, ...]
    unreadable: bool = False


def read_scale(extensions: Sequence[tuple[str, Extension]], own: Mapping[str, int], baseline: int | None) -> ScaleRead:
    """The scale in a goal's extensions, one a level, each with `level` and `progressText` (older: `text`).

    The guide lets `level` be absent; such a text cannot be placed and is left out. A level that is none of LOINC's
    five, a level without a text, and the same level or text twice cost the whole scale: a scale with a level too few
    would be another one. They do not cost the goal.

    Args:
        extensions: The goal's scaling extensions by their path.
        own: Baseline, importance and difficulty out of Cairn's own extension.
        baseline: The level at the start, from a score Observation; it outweighs `own`.
    """
    levels: dict[str, str] = {}
    unplaced: list[str] = []
    try:
        for path, extension in extensions:
            _add_level(path, parts(extension), levels, unplaced)
        scale = _scale(levels, own, baseline)
    except RefusedResource as refusal:
        return ScaleRead(None, (f"{refusal}{_WITHOUT}",), unreadable=True)
    return ScaleRead(scale, tuple(unplaced))


# Any below: the value of an extension has one of fifty types.
def _add_level(path: str, level_parts: Mapping[str, Any], levels: dict[str, str], unplaced: list[str]) -> None:
    text = level_parts.get("progressText", level_parts.get("text"))
    if not isinstance(text, str):
        raise RefusedResource(path, "It has no text for its level (progressText, or text in older versions).")
    if level_parts.get("level") is None:
        unplaced.append(f"{path}: it names no level")
        return
    level = _level(level_parts["level"])
    if level is None:
        raise RefusedResource(
            f"{path}.level", f"Its code must be one of LOINC's {', '.join(ATTAINMENT_LEVELS)} (+2 to -2)."
        )
    if str(level) in levels:
        raise RefusedResource(path, f"The level {level:+d} has a text already.")
    levels[str(level)] = text


def _scale(levels: Mapping[str, str], own: Mapping[str, int], baseline: int | None) -> GasScale | None:
    if not levels and not own:
        return None
    in_order = {level: levels[level] for level in ("-2", "-1", "0", "1", "2") if level in levels}
    begun = {} if baseline is None else {"baseline": baseline}
    try:
        return GasScale.model_validate({"levels": in_order, **own, **begun}, context=SUBMITTED)
    except ValidationError as error:
        raise RefusedResource("extension", f"The scale is not usable. {wrong_values(error)[0].sentence}") from None


def _level(value: object) -> int | None:
    """The level in a Coding, or in a CodeableConcept around one; only LOINC's codes say one."""
    codings = getattr(value, "coding", None) or [value]
    return next(
        (
            ATTAINMENT_LEVELS[code]
            for each in codings
            if getattr(each, "system", None) == LOINC and (code := getattr(each, "code", None)) in ATTAINMENT_LEVELS
        ),
        None,
    )
