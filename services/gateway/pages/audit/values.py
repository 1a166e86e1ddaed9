"""What the fields of an event say, in words: terms for codes, sentences for reasons and priorities, no empty rows.

A value that this version does not know stands as it is: an event of a later version is told as far as it can be.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast, get_args

from pydantic import ValidationError

from events.vocabulary import (
    Accommodation,
    ActorRole,
    Answer,
    Direction,
    Horizon,
    Instrument,
    Kind,
    LifeArea,
    Measure,
    Outcome,
    Per,
    ReviewCause,
    ReviewDecision,
    RevisionReason,
    Setting,
    Status,
    Whose,
)
from services.gateway.pages import terms
from services.gateway.pages.changes import STEPS, capitalized, target
from services.gateway.pages.event_names import field_name
from services.gateway.pages.language import Language

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MEASURE = "smart.measure"
_CHANGES = "changes"
_SAID = ("text", "whose")
_RANKED = ("id", "text", "rank")
_Term = Callable[[Language, Any], str]  # each takes the values of its own type
_TERMS: Mapping[str, tuple[frozenset[str], _Term]] = {
    name: (frozenset(get_args(values)), term)
    for name, values, term in (
        ("accommodations", Accommodation, terms.accommodation),
        ("agreed_by", ActorRole, terms.role),
        ("answer", Answer, terms.answer),
        ("cause", ReviewCause, terms.why_reviewed),
        ("decision", ReviewDecision, terms.decision),
        ("direction", Direction, terms.direction),
        ("horizon", Horizon, terms.horizon),
        ("instrument", Instrument, terms.instrument),
        ("kind", Kind, terms.kind),
        ("life_area", LifeArea, terms.life_area),
        ("outcome", Outcome, terms.outcome),
        ("participants", ActorRole, terms.role),
        ("per", Per, terms.per),
        ("setting", Setting, terms.setting),
        ("status", Status, terms.status),
        ("whose", Whose, terms.whose_reason),
    )
}
"""By the last part of its path: what a field may say, and what that is in words."""
_REVISION_REASONS = frozenset(get_args(RevisionReason))
_LEVELS = frozenset({"level", "baseline"})


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that an event tells.

    Attributes:
        is_voice: Whether it is what a patient said, or somebody close to one.
    """

    name: str
    text: str
    is_voice: bool


def facts(language: Language, data: Mapping[str, Any], by_themselves: bool) -> Iterator[Fact]:
    """What the fields of an event say, each single value with its name.

    Args:
        by_themselves: Whether a patient acted, or somebody close to one.
    """
    for name, value in data.items():
        if name == _CHANGES and isinstance(value, Mapping):
            yield from facts(language, value, by_themselves)
        elif name == "reason" and _CHANGES in data and isinstance(value, str) and value in _REVISION_REASONS:
            yield Fact(
                capitalized(field_name(language, name)),
                terms.why_revised(language, cast(RevisionReason, value)),
                is_voice=False,
            )
        else:
            yield from _facts_of(language, name, value, by_themselves)


def _facts_of(language: Language, path: str, value: object, by_themselves: bool) -> Iterator[Fact]:
    if isinstance(value, Mapping):
        inside: Mapping[str, Any] = value
        if path == _MEASURE and (measure := _measure(inside)) is not None:
            wanted = target(language, measure)
            yield Fact(capitalized(field_name(language, path)), wanted, is_voice=False)
            inside = {} if wanted == measure.what else {"what": measure.what}
        for name, each in inside.items():
            yield from _facts_of(language, f"{path}.{name}", each, by_themselves)
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for each in _in_order(value):
            yield from _fact(language, path, each, by_themselves)
    else:
        yield from _fact(language, path, value, by_themselves)


def _fact(language: Language, path: str, value: object, by_themselves: bool) -> Iterator[Fact]:
    if text := text_of(language, path, value):
        words = value.get("text") if isinstance(value, Mapping) else value
        is_voice = by_themselves and isinstance(words, str) and " " in words
        yield Fact(capitalized(field_name(language, path)), text, is_voice)


def text_of(language: Language, path: str, value: object) -> str:
    """What a value says in words; empty for nothing.

    Args:
        path: Which field it is of, with dots: `smart.measure.target`.
    """
    match value:
        case None:
            return ""
        case bool():
            return language.gettext("yes") if value else language.gettext("no")
        case int() if path.rpartition(".")[2] in _LEVELS and str(value) in STEPS:
            return terms.step(language, value)
        case int() | float():
            return language.number(value)
        case Mapping():
            return _of_mapping(language, path, value)
        case list() if path.rpartition(".")[2] in _TERMS and all(isinstance(each, str) for each in value):
            return language.both([_of_text(language, path, each) for each in value])
        case list():
            return "; ".join(text for each in _in_order(value) if (text := text_of(language, path, each)))
        case str():
            return _of_text(language, path, value)
        case _:
            return str(value)


def _of_mapping(language: Language, path: str, value: Mapping[str, Any]) -> str:
    said = value.get("text")
    if isinstance(said, str) and set(value) == set(_SAID):
        return language.gettext("%(words)s (%(whose)s)", words=said, whose=text_of(language, "whose", value["whose"]))
    if isinstance(said, str) and set(value) == set(_RANKED):
        rank = text_of(language, "rank", value["rank"])
        return language.pgettext("a place in an order", "%(rank)s. %(words)s", rank=rank, words=said)
    inside = ((field_name(language, f"{path}.{name}"), text_of(language, name, each)) for name, each in value.items())
    return ", ".join(f"{name}: {text}" for name, text in inside if text)


def _of_text(language: Language, path: str, value: str) -> str:
    known, term = _TERMS.get(path.rpartition(".")[2], (frozenset[str](), None))
    if term is not None and value in known:
        return term(language, value)
    day = _day(value)
    return value if day is None else language.day_with_year(day)


def _in_order(values: Sequence[Any]) -> Sequence[Any]:
    """Some values in their order: what is ranked by its rank."""
    if values and all(isinstance(each, Mapping) and isinstance(each.get("rank"), int) for each in values):
        return sorted(values, key=lambda each: int(each["rank"]))
    return values


def _measure(value: Mapping[str, Any]) -> Measure | None:
    try:
        return Measure.model_validate(value)
    except ValidationError:  # of a later version
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
