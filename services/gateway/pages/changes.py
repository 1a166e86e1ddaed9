"""What a revision changed, in words: each part of the goal as it was and as it is, told apart word by word."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from events.goal import GoalState
from events.vocabulary import Achievable, GasScale, Measure, Smart, TargetRange
from services.gateway.pages import terms
from services.gateway.pages.counted import counted
from services.gateway.pages.language import Language
from services.gateway.pages.word_changes import Piece, word_changes

Step = Literal["-2", "-1", "0", "1", "2"]
STEPS: tuple[Step, ...] = ("2", "1", "0", "-1", "-2")
"""The steps of a scale, the highest first, as a ladder is read."""


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a goal that a revision changed.

    Attributes:
        name: What is changed; empty where the words say it.
        was: How it was; empty where there was nothing.
        now: How it is; empty where nothing is left.
        is_voice: Whether the words are the patient's own.
    """

    name: str
    was: Sequence[Piece]
    now: Sequence[Piece]
    is_voice: bool


class _Part(NamedTuple):
    """A part of a goal, what it is in words, and whether these may be the patient's own."""

    name: str
    tell: Callable[[GoalState], str | None]
    may_be_voice: bool = False


def changes_between(
    language: Language,
    before: GoalState,
    after: GoalState,
    *,
    by_patient: bool,
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[Change]:
    """What lies between two versions of a goal, in the order in which a goal is told.

    Args:
        by_patient: Whether the patient made the change, so that what is worded anew is in the patient's own words.
        names: What goals and priorities are called, by their ids.
    """
    return [
        Change(part.name, *word_changes(was or "", now or ""), is_voice=part.may_be_voice and by_patient)
        for part in _parts(language, names)
        if (was := part.tell(before)) != (now := part.tell(after))
    ]


def target(language: Language, measure: Measure) -> str:
    """What would be enough, in words: `at least 3 evenings a week`; what is measured, where there is no number."""
    wanted = measure.target
    if wanted is None or wanted is True:
        return measure.what
    low, high = (wanted.low, wanted.high) if isinstance(wanted, TargetRange) else (wanted, None)
    if not isinstance(wanted, TargetRange) and measure.direction == "at_most":
        low, high = None, wanted
    number = low if high is None else high
    written = None
    if low is not None and high is not None:
        written = language.gettext("%(low)s to %(high)s", low=language.number(low), high=language.number(high))

    def said(amount: str) -> str:
        return _how_often(language, measure, _bound(language, measure, low, high, amount))

    return counted(language, number or 0, measure.unit or measure.what, said, written=written)


def _bound(language: Language, measure: Measure, low: float | None, high: float | None, amount: str) -> str:
    """On which side of an amount a number is enough."""
    if low is None:
        return language.gettext("at most %(amount)s", amount=amount)
    if high is None and measure.direction == "at_least":
        return language.gettext("at least %(amount)s", amount=amount)
    return amount


def _how_often(language: Language, measure: Measure, often: str) -> str:
    match measure.per:
        case "day":
            return language.gettext("%(often)s a day", often=often)
        case "week":
            return language.gettext("%(often)s a week", often=often)
        case "month":
            return language.gettext("%(often)s a month", often=often)
        case _:
            return often


def capitalized(text: str) -> str:
    """A text as it stands at the beginning of a line."""
    return text[:1].upper() + text[1:]


def _parts(language: Language, names: Mapping[str, str]) -> Iterator[_Part]:
    _ = language.gettext
    yield _Part(_("How it is put"), lambda goal: goal.wording or goal.statement, may_be_voice=True)
    yield from _smart_parts(language)
    yield from _scale_parts(language)
    yield _Part(_("What it is for"), lambda goal: goal.clinical_target)
    yield _Part(_("What helps"), lambda goal: language.both(goal.interventions) if goal.interventions else None)
    yield _Part(_("How much it matters, of 10"), lambda goal: _number(language, goal.relevance))
    yield _Part(_("Days from review to review"), lambda goal: _number(language, goal.review_every_days))
    yield _Part(_("Part of life"), lambda goal: goal.life_area and terms.life_area(language, goal.life_area))
    yield _Part(_("How long"), lambda goal: goal.horizon and terms.horizon(language, goal.horizon))
    yield _Part(_("What it looks at"), lambda goal: goal.kind and terms.kind(language, goal.kind))
    yield _Part(_("Leads to"), lambda goal: goal.supports and names.get(goal.supports, goal.supports))
    yield _Part(_("Serves the priority"), lambda goal: goal.priority and names.get(goal.priority, goal.priority))


def _smart_parts(language: Language) -> Iterator[_Part]:
    _ = language.gettext

    def smart(goal: GoalState) -> Smart:
        return goal.smart or Smart()

    def measure(goal: GoalState) -> Measure | None:
        return smart(goal).measure

    def achievable(goal: GoalState) -> Achievable:
        return smart(goal).achievable or Achievable()

    yield _Part(_("Exactly"), lambda goal: smart(goal).specific, may_be_voice=True)
    # A target says of itself what it is.
    yield _Part("", lambda goal: target(language, found) if (found := measure(goal)) else None)
    yield _Part(_("What is counted"), lambda goal: found.what if (found := measure(goal)) else None)
    yield _Part(_("Until"), lambda goal: until(language, smart(goal)))
    yield _Part(_("Why it matters"), lambda goal: smart(goal).relevant, may_be_voice=True)
    yield _Part(_("How sure, of 10"), lambda goal: _number(language, achievable(goal).confidence))
    yield _Part(_("What makes it possible"), lambda goal: achievable(goal).supports, may_be_voice=True)


def _scale_parts(language: Language) -> Iterator[_Part]:
    _ = language.gettext

    def step(level: Step) -> Callable[[GoalState], str | None]:
        return lambda goal: goal.gas.levels.get(level) if goal.gas else None

    for level in STEPS:
        yield _Part(capitalized(terms.step(language, int(level))), step(level), may_be_voice=True)
    yield _Part(_("Where it began"), lambda goal: _began(language, goal.gas))
    yield _Part(_("How important, of 3"), lambda goal: _number(language, goal.gas.importance if goal.gas else None))
    yield _Part(_("How hard, of 3"), lambda goal: _number(language, goal.gas.difficulty if goal.gas else None))


def _began(language: Language, scale: GasScale | None) -> str | None:
    return None if scale is None or scale.baseline is None else terms.step(language, scale.baseline)


def until(language: Language, smart: Smart) -> str | None:
    """How long the work goes on, in words; None where nobody said."""
    if smart.due is not None:
        return language.day_with_year(smart.due)
    if smart.for_weeks is not None:
        return language.ngettext("for one week", "for %(number)s weeks", smart.for_weeks)
    return None


def _number(language: Language, value: float | None) -> str | None:
    return None if value is None else language.number(value)
