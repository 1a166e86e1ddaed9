"""Why a patient is in a row of Today, as sentences with a sign before them; its words, and what is said of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.gateway.pages import days
from services.gateway.pages.clinicians import has_somebody
from services.gateway.pages.language import Language

Sign = Literal["waits", "since", "today", "setback", "dip", "silent"]
Told = dict[str, Any]  # a part of the answer of …/today
MAX_WORDS_CHARACTERS = 280
"""How many characters of the largest words of a row are shown; the patient's page has all of them."""
MAX_NOTE_CHARACTERS = 200
"""The same of the other words in it."""

_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Why:
    """A reason.

    Attributes:
        sign: The small picture before it.
        is_owed: Whether somebody waits for an answer from staff.
    """

    sign: Sign
    text: str
    is_owed: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence with what somebody said in it.

    Attributes:
        before: What is said before the words.
        words: What somebody said; empty where nothing is quoted.
        is_voice: Whether these are the patient's own words.
        after: What is said behind them.
    """

    before: str
    words: str = ""
    is_voice: bool = False
    after: str = ""


def whys(language: Language, row: Told, reader: str) -> list[Why]:
    """Every reason, one of a kind: of several goals, that which has it longest, and how many others have it."""
    kinds: dict[str, list[Told]] = {}
    for reason in row["reasons"]:
        kinds.setdefault(reason["why"], []).append(reason)
    found = []
    for reasons in kinds.values():
        why = _why(language, row, reasons[0], reader)
        goals = len({reason["goal"] for reason in reasons})
        if goals > 1:
            others = language.ngettext("and one goal more", "and %(number)s goals more", goals - 1)
            why = Why(why.sign, f"{why.text}, {others}", why.is_owed)
        found.append(why)
    return found


def _why(language: Language, row: Told, reason: Told, reader: str) -> Why:
    _ = language.gettext
    today = date.fromisoformat(row["day"])
    day = date.fromisoformat(reason["since"]) if reason["since"] else None
    since = days.since(language, day, today) if day else ""
    on = days.on(language, day, today) if day else ""
    match reason["why"]:
        case "waiting_for_clinician":
            return Why("waits", _waits(language, row, reason, reader), is_owed=True)
        case "setback":
            return Why("setback", _("A setback, told %(when)s", when=on))
        case "motivation_dip" if day is None:
            return Why("dip", _("Motivation is lower than it was"))
        case "motivation_dip":
            return Why("dip", _("Motivation is lower, told %(when)s", when=on))
        case "review_overdue":
            return Why("since", _("Review due %(since)s", since=since))
        case "review_due":
            return Why("today", _("Review due today"))
        case "no_entry":
            return Why(
                "silent",
                language.ngettext("Nothing told for a day", "Nothing told for %(number)s days", reason["days"]),
            )
    if reason["awaited"] == "agreement":
        return Why("waits", _("Waits for the patient’s yes %(since)s", since=since))
    return Why("waits", _("Waits for the patient’s answer %(since)s", since=since))


def _waits(language: Language, row: Told, reason: Told, reader: str) -> str:
    _ = language.gettext
    clinician, days = row["clinician"], reason["days"] or 0
    long = language.ngettext("one day", "%(number)s days", days).replace(" ", "\u00a0") if days else _("since today")
    if clinician == reader:
        return _("Waits for your answer, %(long)s", long=long)
    if not has_somebody(clinician):
        return _("Waits for an answer, %(long)s", long=long)
    return _("Waits for %(who)s’s answer, %(long)s", who=clinician, long=long)


def words_of(row: Told) -> Saying | None:
    """What stands largest in the row; None for those who may read no words."""
    words = row["words"]
    if words is None or not words["text"]:
        return None
    return Saying("", shortened(words["text"], MAX_WORDS_CHARACTERS), words["who"]["role"] == "patient")


def about(language: Language, row: Told) -> Iterator[Saying]:
    """What is said of the words, of which goal a review is due, and the latest note."""
    words = row["words"]
    if words is not None:
        yield from _of_the_words(language, row, words)
        yield from _of_the_review(language, row, words)
    note = row["note"]
    if note is not None and note["text"] and (words is None or note["text"] != words["text"]):
        yield _note(language, row, note)


def _of_the_words(language: Language, row: Told, words: Told) -> Iterator[Saying]:
    _ = language.gettext
    today = date.fromisoformat(row["day"])
    first: Told = row["reasons"][0] if row["reasons"] else {}
    goal = next((each for each in row["goals"] if each["goal"] == words["goal"]), None)
    if goal is None:
        return
    on = days.on(language, date.fromisoformat(first["since"]), today) if first.get("since") else ""
    its_name, is_voice = name_of(goal), is_voice_of(goal)
    match words["of"]:
        case "answer_to_contest":
            rests = _("It rests until there is an answer.") if goal["status"] == "contested" else ""
            after = " ".join(filter(None, (_end(its_name), rests)))
            yield Saying(_("Pushed back %(when)s on the goal", when=on), its_name, is_voice, after)
        case "answer_to_change_request":
            yield Saying(_("Asked %(when)s to change the goal", when=on), its_name, is_voice, _end(its_name))
        case "setback":
            yield Saying(
                _("Told %(when)s with a setback, of the goal", when=on),
                its_name,
                is_voice,
                _end(its_name),
            )
        case _ if (
            first.get("goal") == goal["goal"] and first.get("awaited") == "agreement" and goal["status"] == "proposed"
        ):
            yield Saying(_("Proposed %(when)s, and not agreed yet. It can stay this open.", when=on))
        case _ if goal["wording"] and goal["wording"] != goal["statement"]:
            wording = shortened(goal["wording"], MAX_NOTE_CHARACTERS)
            yield Saying(_("Put now as"), wording, after=_end(wording))


def _of_the_review(language: Language, row: Told, words: Told) -> Iterator[Saying]:
    """The goal of the first review that is due, where the words are about another one."""
    due = next((each for each in row["reasons"] if each["why"] in ("review_overdue", "review_due")), None)
    goal = due and next((each for each in row["goals"] if each["goal"] == due["goal"] != words["goal"]), None)
    if goal:
        its_name = name_of(goal)
        yield Saying(language.gettext("The review is about"), its_name, is_voice_of(goal), _end(its_name))


def _end(words: str) -> str:
    """The full stop behind words that do not bring their own."""
    return "" if words.endswith((".", "?", "!", "…")) else "."


def _note(language: Language, row: Told, note: Told) -> Saying:
    _ = language.gettext
    on = days.on(language, date.fromisoformat(note["on"]), date.fromisoformat(row["day"]))
    is_voice = note["who"]["role"] == "patient"
    elsewhere = row["words"] is not None and row["words"]["goal"] != note["goal"]
    if not is_voice:
        before = _("%(who)s wrote %(when)s:", who=note["who"]["id"], when=on)
    elif elsewhere:
        before = _("Wrote %(when)s, about another goal:", when=on)
    else:
        before = _("Wrote %(when)s:", when=on)
    return Saying(before, shortened(note["text"], MAX_NOTE_CHARACTERS), is_voice)


def name_of(goal: Told) -> str:
    """How a goal is put; its id for those who may read no words."""
    return shortened(goal["wording"] or goal["statement"] or goal["goal"], _NAME_CHARACTERS)


def is_voice_of(goal: Told) -> bool:
    """Whether that is in the patient's own words."""
    return bool(goal["statement"]) and not goal["wording"] and goal["who"]["role"] == "patient"


def offers_of(language: Language, row: Told) -> str:
    """What a review could decide before a goal is given up; empty where nothing is offered."""
    _ = language.gettext
    decisions = {offer["decision"] for goal in row["goals"] for offer in goal["offers"]}
    said: Sequence[tuple[str, str]] = (
        ("adjust_scale", _("a smaller step")),
        ("adjust_timeline", _("more time")),
    )
    found = [text for decision, text in said if decision in decisions]
    return _("To offer before it is given up: %(offers)s.", offers=language.both(found)) if found else ""


def shortened(text: str | None, most: int) -> str:
    """A text of at most so many characters, which ends with a word; empty for those who may read no words."""
    if text is None:
        return ""
    if len(text) <= most:
        return text
    cut = text[:most]
    return f"{cut.rpartition(' ')[0] or cut}…"
