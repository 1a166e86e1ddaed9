"""With whom a patient is, as pages say it: with whoever looks, with somebody else, or with nobody yet."""

from collections.abc import Iterable

from events.vocabulary import UNASSIGNED
from services.gateway.pages.language import Language


def has_somebody(clinician: str | None) -> bool:
    """Whether a plan names somebody who works with the patient."""
    return clinician not in (None, UNASSIGNED)


def with_whom(language: Language, clinician: str | None, reader: str) -> str:
    """With whom a patient is; empty where there is no plan that could say so."""
    if clinician is None:
        return ""
    if clinician == UNASSIGNED:
        return language.gettext("Nobody has it yet")
    if clinician == reader:
        return language.gettext("With you")
    return language.gettext("With %(who)s", who=clinician)


def of_whom(language: Language, clinician: str, number: int, reader: str) -> str:
    """A link to the patients of a clinician, or to those of nobody, with how many there are."""
    written = language.number(number)
    if clinician == UNASSIGNED:
        return language.gettext("Not assigned, %(number)s", number=written)
    return language.gettext("Mine, %(number)s", number=written) if clinician == reader else f"{clinician}, {written}"


def in_order(clinicians: Iterable[str | None], reader: str) -> list[str]:
    """Clinicians as they are named beside each other: who looks first, and nobody last."""
    named = {each for each in clinicians if each is not None}
    return sorted(named, key=lambda each: (each == UNASSIGNED, each != reader, each))
