"""What changed since the last review, in sentences: what was reworded and why, and the steps up or down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.gateway.pages import days, terms
from services.gateway.pages.language import Language
from services.gateway.pages.today.reasons import MAX_NOTE_CHARACTERS, Saying, Told, is_voice_of, name_of, shortened

_MOST_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Since:
    """What changed.

    Attributes:
        heading: Since when.
        sayings: What did; never empty.
    """

    heading: str
    sayings: Sequence[Saying]


def since_review(language: Language, row: Told, reader: str) -> Since | None:
    """What changed since the last review; None while no goal has been worked on."""
    _ = language.gettext
    goals: Sequence[Told] = row["goals"]
    if not any(goal["status"] in ("active", "held") for goal in goals):
        return None
    today = date.fromisoformat(row["day"])
    said = [saying for goal in goals for saying in _of_goal(language, goal, today, reader, alone=len(goals) == 1)]
    reviews = [goal["review"] for goal in goals if goal["review"] is not None]
    last = max(reviews, key=lambda each: str(each["on"]), default=None)
    if last is None:
        return Since(_("No review yet."), said) if said else None
    on = days.on(language, date.fromisoformat(last["on"]), today)
    yours = last["who"]["id"] == reader
    heading = _("Since your review %(when)s:", when=on) if yours else _("Since the review %(when)s:", when=on)
    return Since(heading, said or [*_at_review(language, goals, last["on"])])


def _of_goal(language: Language, goal: Told, today: date, reader: str, *, alone: bool) -> Iterator[Saying]:
    for revision in goal["revisions"]:
        yield from _revision(language, goal, revision, today, reader)
    if goal["step"] is not None:
        yield from _step(language, goal["step"], goal, alone=alone)


def _revision(language: Language, goal: Told, revision: Told, today: date, reader: str) -> Iterator[Saying]:
    _ = language.gettext
    changes = _and_more(language, [*_changes(language, revision["changes"], today)])
    why = terms.why_revised(language, revision["reason"])
    yield Saying("", name_of(goal), is_voice_of(goal), f"{changes}, {why}.")
    if revision["text"]:
        note = _("Your note:") if revision["who"]["id"] == reader else _("Note:")
        is_voice = revision["who"]["role"] == "patient"
        yield Saying(note, shortened(revision["text"], MAX_NOTE_CHARACTERS), is_voice)
    if revision["agreed"] is False:
        awaited = goal["awaiting_agreement"]
        if "patient" in awaited:
            yield Saying(_("The patient’s yes to it is still open."))
        if "clinician" in awaited:
            yield Saying(_("The clinician’s yes to it is still open."))
    elif revision["agreed"]:
        yield Saying(_("Both agree to it."))


def _changes(language: Language, changes: Sequence[Told], today: date) -> Iterator[str]:
    """What was changed, each as it goes on behind the name of the goal."""
    _ = language.gettext
    # Who may read no words is told that something was changed.
    by_field = {each["field"]: each for each in changes if (each["before"], each["after"]) != (None, None)}
    due = by_field.pop("smart.due", None), by_field.pop("smart.for_weeks", None)
    if any(due):
        yield _runs(language, due, today)
    for field, change in by_field.items():
        before, after = change["before"], change["after"]
        match field.split("."):
            case ["wording"] if after is None:
                yield _("is put as it was first said again")
            case ["wording"]:
                yield _("is now put as “%(now)s”", now=shortened(str(after), MAX_NOTE_CHARACTERS))
            case ["smart", "measure", "target"] if isinstance(before, int | float) and isinstance(after, int | float):
                yield _(
                    "now asks for %(now)s instead of %(was)s", now=language.number(after), was=language.number(before)
                )
            case ["smart", "measure", *_]:
                yield _("has another target")
            case ["gas", *_]:
                yield _("has other steps")
            case ["supports"]:
                yield _("now leads to another goal")
            case ["horizon"]:
                yield _("is looked at over another time")
            case ["interventions"]:
                yield _("now has other help")
            case _:
                yield _("is worked out anew")


def _runs(language: Language, due: Sequence[Told | None], today: date) -> str:
    _ = language.gettext
    on, weeks = due

    def told(which: str) -> str | None:
        if on and on[which]:
            return days.named(language, date.fromisoformat(on[which]), today)
        if weeks and weeks[which]:
            return language.ngettext("one week", "%(number)s weeks", weeks[which])
        return None

    before, after = told("before"), told("after")
    is_day = bool(on and on["after"])
    if after is None:
        return _("now has no last day")
    if is_day:
        return (
            _("now runs to %(now)s instead of %(was)s", now=after, was=before)
            if before
            else _("now runs to %(now)s", now=after)
        )
    return (
        _("now runs for %(now)s instead of %(was)s", now=after, was=before)
        if before
        else _("now runs for %(now)s", now=after)
    )


def _and_more(language: Language, changes: Sequence[str]) -> str:
    once = list(dict.fromkeys(changes)) or [language.gettext("is worked out anew")]
    return language.both(once[:_MOST_CHANGES])


def _at_review(language: Language, goals: Sequence[Told], on: str) -> Iterator[Saying]:
    """Where nothing changed since: the steps that the review told."""
    _ = language.gettext
    steps = [(goal, goal["review"]["step"]) for goal in goals if goal["review"] and goal["review"]["on"] == on]
    told = [(goal, step) for goal, step in steps if step is not None and step["from"] not in (None, step["to"])]
    yield Saying(_("no change."))
    if told:
        yield Saying(_("At that review:"))
    for goal, step in told:
        yield from _step(language, step, goal, alone=len(told) == 1)


def _step(language: Language, step: Told, goal: Told, *, alone: bool) -> Iterator[Saying]:
    _ = language.gettext
    steps = step["to"] - step["from"]
    if steps > 0:
        moved = language.ngettext("one step up", "%(number)s steps up", steps)
    else:
        moved = language.ngettext("one step down", "%(number)s steps down", -steps)
    text = shortened(step["text"], MAX_NOTE_CHARACTERS)
    reached = _("%(moved)s, to", moved=moved) if text else f"{moved}."
    if alone:
        yield Saying(reached, text, is_voice_of(goal), "." if text else "")
    else:
        yield Saying("", name_of(goal), is_voice_of(goal), f": {reached}")
        if text:
            yield Saying("", text, is_voice_of(goal), ".")
