"""Where a goal stands, in sentences: what became of it, whose word is awaited, and when it is looked at again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from events.goal import GoalState
from projections.goal_state.patient.levels import LevelSeen
from services.gateway.pages import days, terms
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.ladder import LadderPicture
from services.gateway.pages.voices import Said


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the words that go with it.

    Attributes:
        words: What somebody said, such as the reason; None where nobody did.
        waits: Whether somebody waits.
    """

    text: str
    words: Said | None = None
    waits: bool = False


def status_sentences(language: Language, goal: GoalState, today: date) -> list[Sentence]:
    """What became of the goal, what is awaited and when it is looked at again."""
    return [*_became(language, goal), *_awaited(language, goal), *_next_review(language, goal, today)]


def level_sentence(language: Language, levels: Sequence[LevelSeen]) -> str | None:
    """Who told last where the goal stands, and when; None where nobody ever did."""
    if not levels:
        return None
    last = levels[-1]
    day = language.day(last.on)
    return {
        "baseline": lambda: language.gettext("Nobody has told yet where it stands since it began."),
        "entry": lambda: language.gettext("Told in the diary on %(day)s.", day=day),
        "review": lambda: language.gettext("Found at the review on %(day)s.", day=day),
        "closing": lambda: language.gettext("Told when it was closed, on %(day)s.", day=day),
    }[last.told_by]()


def ladder_sentence(language: Language, ladder: LadderPicture) -> str:
    """What the stones show, for those who do not see them."""
    steps = list(reversed(ladder.steps))
    began = next((number for number, step in enumerate(steps, 1) if step.is_beginning), None)
    now = next((number for number, step in enumerate(steps, 1) if step.is_now), None)
    many = len(steps)
    if now is None:
        return language.ngettext(
            "A scale of one step. Nobody has told where it stands.",
            "A scale of %(number)s steps. Nobody has told where it stands.",
            many,
        )
    numbers = {"many": language.number(many), "now": language.number(now)}
    if began is None:
        return language.gettext("Stands at step %(now)s of %(many)s, counted from the lowest.", **numbers)
    return language.gettext(
        "Began at step %(began)s of %(many)s, counted from the lowest. Stands at step %(now)s.",
        began=language.number(began),
        **numbers,
    )


def _became(language: Language, goal: GoalState) -> Iterator[Sentence]:
    day = language.day_with_year(goal.status_on) if goal.status_on else ""
    match goal.status:
        case "active":
            if goal.started_on:
                yield Sentence(
                    language.gettext("Worked on since %(day)s.", day=language.day_with_year(goal.started_on))
                )
            else:
                yield Sentence(language.gettext("Worked on."))
        case "held":
            yield Sentence(language.gettext("At rest since %(day)s.", day=day) if day else language.gettext("At rest."))
        case "closed":
            how = terms.outcome(language, goal.outcome) if goal.outcome else ""
            text = language.gettext("Closed on %(day)s: %(how)s.", day=day, how=how) if day else how
            yield Sentence(text)
        case "entered_in_error":
            yield Sentence(language.gettext("Struck out on %(day)s: it should not have been recorded.", day=day))
        case "agreed":
            yield Sentence(language.gettext("Agreed by both. The work has not begun yet."))
        case "contested":
            yield Sentence(language.gettext("Not agreed: somebody has pushed back."))
        case _:
            yield Sentence(language.gettext("A draft. It can stay this open."))


def _awaited(language: Language, goal: GoalState) -> Iterator[Sentence]:
    contest = goal.contest
    if goal.awaits_answer:
        words = None if contest is None else Said.by_actor(language, contest.reason, contest.actor)
        yield Sentence(language.gettext("An answer of the clinician is awaited."), words, waits=True)
    for request in goal.change_requests if goal.is_open else ():
        if request.answer is None:
            asked = Said.by_actor(language, request.text, request.actor)
            yield Sentence(language.gettext("A change was asked for, and is not answered yet."), asked, waits=True)
    # Who has pushed back waits for an answer first.
    for party in () if goal.status == "contested" else goal.awaiting_agreement:
        if party == "patient":
            yield Sentence(language.gettext("The patient has not agreed yet."), waits=True)
        else:
            yield Sentence(language.gettext("The clinician has not agreed yet."), waits=True)


def _next_review(language: Language, goal: GoalState, today: date) -> Iterator[Sentence]:
    if goal.next_review is None:
        return
    due = goal.next_review.due_on
    day = days.dated(language, due, today)
    if due < today:
        yield Sentence(language.gettext("Review due since %(day)s.", day=day))
    elif due == today:
        yield Sentence(language.gettext("Review due today."))
    else:
        yield Sentence(language.gettext("Next review on %(day)s.", day=day))
