"""The area of life that a goal's category names, where the code leaves no doubt."""

from collections.abc import Sequence
from typing import cast, get_args

from events.vocabulary import LifeArea
from services.fhir.incoming.concepts import Concept, code_in, codings
from services.fhir.vocabulary import LIFE_AREA

_AREAS: dict[tuple[str, str], LifeArea] = {
    ("http://terminology.hl7.org/CodeSystem/goal-category", "dietary"): "health",
    ("http://terminology.hl7.org/CodeSystem/goal-category", "physiotherapy"): "health",
    ("http://hl7.org/fhir/us/pco/CodeSystem/pco-goal-domains-temporary", "physical-function"): "health",
    (
        "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes",
        "employment-status",
    ): "work",
}


def life_area(categories: Sequence[Concept]) -> tuple[LifeArea | None, tuple[str, ...]]:
    """The one area that the categories agree on, and the categories that are left out."""
    areas = [_area(category) for category in categories]
    certain = {area for area in areas if area is not None}
    if len(certain) != 1:
        return None, tuple(f"category[{index}]" for index in range(len(areas)))
    return certain.pop(), tuple(f"category[{index}]" for index, area in enumerate(areas) if area is None)


def _area(category: Concept) -> LifeArea | None:
    own = code_in(category, LIFE_AREA)
    if own in get_args(LifeArea):
        return cast(LifeArea, own)
    return next(
        (_AREAS[key] for coding in codings(category) if (key := (coding.system or "", coding.code or "")) in _AREAS),
        None,
    )
