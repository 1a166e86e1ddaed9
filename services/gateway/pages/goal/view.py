"""The page of a goal: its words, where it stands and stood, its diary, its way until now, and what was agreed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from events.goal import GoalState
from events.goal.state import Agreement
from events.vocabulary import Party
from projections.audit_trail.moments import Texts
from projections.goal_state.patient.record import PatientRecord
from services.gateway.pages import terms
from services.gateway.pages.addresses import GOAL, address
from services.gateway.pages.changes import target, until
from services.gateway.pages.goal.status import Sentence, status_sentences
from services.gateway.pages.goal.then import put
from services.gateway.pages.language import Language
from services.gateway.pages.voices import Said, who
from services.gateway.pages.words_size import WordsSize, words_size


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what was agreed.

    Attributes:
        words: Whose words go with it.
        leads_to: The address of what they are the name of.
    """

    name: str
    text: str = ""
    words: Said | None = None
    leads_to: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of the page.

    Attributes:
        words: The words that the goal began with, which are never overwritten.
        size: How large they are set.
        whose: Whose words these are, and since when.
        wording: How it is put now; None where it was never put otherwise.
        in_words: What exactly it is, in words; what nobody said, or the wording says already, has no line.
        sentences: What became of it, whose word is awaited, and when it is looked at again.
        missing: The version that is shown, where a later event of the goal could not be taken in.
    """

    words: Said
    size: WordsSize
    whose: str
    wording: Said | None
    in_words: Sequence[Fact]
    sentences: Sequence[Sentence]
    missing: int | None


def head(
    language: Language, goal: GoalState, record: PatientRecord, texts: Texts | None, *, today: date, own: bool
) -> Head:
    """The head of a goal's page.

    Args:
        own: Whether the patient looks at it.
    """
    author = goal.created_by
    day = language.day_with_year(record.day(goal.created_at))
    if author.role == "patient":
        whose = language.gettext("In your own words, %(day)s", day=day) if own else ""
        whose = whose or language.gettext("In their own words, %(day)s", day=day)
    elif author.role == "system":
        whose = language.gettext("As another system told it, %(day)s", day=day)
    else:
        whose = language.gettext("As %(who)s put it, %(day)s", who=who(language, author.id, author.role), day=day)
    quarantined = record.quarantined.get(goal.goal)
    return Head(
        Said(goal.statement, is_own=author.role == "patient"),
        words_size(goal.statement),
        whose,
        put(language, goal, texts),
        list(_in_words(language, goal)),
        _sentences(language, goal, today),
        None if quarantined is None else goal.version,
    )


def facts_heading(language: Language, goal: GoalState) -> str:
    """What the facts stand under: they are agreed on only once both have said so."""
    agreed = goal.status != "contested" and len(goal.agreed_by) == len(get_args(Party))
    return language.gettext("What was agreed") if agreed else language.gettext("What is proposed")


def facts(language: Language, goal: GoalState, record: PatientRecord) -> list[Fact]:
    """What was agreed, or is proposed, line by line; what nobody said has no line."""
    return list(_facts(language, goal, record))


def _sentences(language: Language, goal: GoalState, today: date) -> list[Sentence]:
    """Where it stands; for a goal that is over, or at rest, with the reason that was given."""
    became, *others = status_sentences(language, goal, today)
    if goal.reason and goal.status in ("held", "closed", "entered_in_error"):
        by = goal.closing.actor if goal.status == "closed" and goal.closing else None
        words = Said.by_actor(language, goal.reason, by) if by else Said(goal.reason, is_own=False)
        became = replace(became, words=words)
    return [became, *others]


def _in_words(language: Language, goal: GoalState) -> Iterator[Fact]:
    """The words of SMART: what exactly, what is counted and would be enough, until when, what helps, why it matters."""
    _, smart = language.gettext, goal.smart
    if smart is None:
        return
    if smart.specific and smart.specific not in (goal.statement, goal.wording):
        yield Fact(_("What exactly"), smart.specific)
    if smart.measure is not None:
        yield Fact(_("What is counted"), smart.measure.what)
        if (enough := target(language, smart.measure)) != smart.measure.what:
            yield Fact(_("What would be enough"), enough)
    if end := until(language, smart):
        yield Fact(_("Until"), end)
    if smart.achievable and smart.achievable.supports:
        yield Fact(_("What makes it possible"), smart.achievable.supports)
    if smart.achievable and smart.achievable.confidence is not None:
        yield Fact(_("How sure"), _("%(number)s of 10", number=language.number(smart.achievable.confidence)))
    if smart.relevant:
        yield Fact(_("Why it matters"), smart.relevant)


def _facts(language: Language, goal: GoalState, record: PatientRecord) -> Iterator[Fact]:
    _ = language.gettext
    if goal.agreed_by:
        parties = language.both([terms.role(language, party) for party in goal.agreed_by])
        yield Fact(_("Agreed by"), _agreed(language, goal.agreements, parties, record))
    if goal.relevance is not None:
        yield Fact(_("How much it matters"), _("%(number)s of 10", number=language.number(goal.relevance)))
    if goal.priority is not None:
        ranked = (each for each in (record.plan.priorities if record.plan else ()) if each.id == goal.priority)
        for priority in ranked:
            yield Fact(
                _("Serves the priority"),
                _("number %(rank)s", rank=language.number(priority.rank)),
                Said(priority.text, is_own=True),
            )
    if goal.supports is not None and (above := record.goal(goal.supports)) is not None:
        leads_to = address(GOAL, org=goal.org, patient=goal.patient, goal=above.goal)
        yield Fact(_("Leads to"), words=Said(above.statement, above.created_by.role == "patient"), leads_to=leads_to)
    if goal.interventions:
        yield Fact(_("Helped by"), language.both(goal.interventions))
    if goal.clinical_target:
        yield Fact(_("What it is for"), goal.clinical_target)
    if goal.gas and goal.gas.importance is not None and goal.gas.difficulty is not None:
        yield Fact(
            _("Importance and difficulty"),
            _(
                "%(importance)s and %(difficulty)s, each of 3",
                importance=language.number(goal.gas.importance),
                difficulty=language.number(goal.gas.difficulty),
            ),
        )
    if goal.is_begun:
        yield Fact(_("Reviews"), _reviews(language, goal, record))


def _agreed(language: Language, agreements: Sequence[Agreement], parties: str, record: PatientRecord) -> str:
    if not agreements:
        return parties
    day = language.day_with_year(record.day(max(each.at for each in agreements)))
    return language.gettext("%(who)s, since %(day)s", who=parties, day=day)


def _reviews(language: Language, goal: GoalState, record: PatientRecord) -> str:
    every = goal.review_every_days or (record.plan.review_every_days if record.plan else None)
    held = language.ngettext("one held", "%(number)s held", len(goal.reviews))
    if every is None:
        return held
    often = language.ngettext("every day", "every %(number)s days", every)
    return language.gettext("%(often)s, %(held)s", often=often, held=held)
