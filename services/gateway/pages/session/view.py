"""The page for a talk: from the sheets of a read to what is said and drawn on each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from projections.engine.paging import Json
from services.gateway.pages.counted import counted
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.ladder import LadderPicture, Step, ladder_picture
from services.gateway.pages.session.questions import question
from services.gateway.pages.session.sheet_size import Form, Size, Texts, fitted
from services.gateway.pages.words_size import WordsSize, words_size

SIMPLE_FOR = frozenset({"simplified_language", "visual_tools"})
"""Whose plan asks for one of these gets the simple form unless another one is chosen."""
_MOST_STEPS_OF_SIMPLE = 3
_MOST_STONES = 7


class UnmarkedStep(Step):
    """A step of a printed page, which does not say what was expected."""

    __slots__ = ()

    @property
    def is_expected(self) -> bool:
        """Never: that is a word of the scale's makers, and a page for the patient measures nobody by it."""
        return False


@dataclass(frozen=True, slots=True)
class WeekLine:
    """What is said of the week with one goal.

    Attributes:
        what: What is counted, in the goal's own words; None where it counts nothing.
        said: Sentences.
        stones: On how many days it was done: one stone each.
        stones_said: The same in words, for whoever does not see them.
    """

    what: str | None
    said: str
    stones: int
    stones_said: str


@dataclass(frozen=True, slots=True)
class WinLine:
    """Something that went well: what was reached, then what the patient wrote."""

    reached: Sequence[str]
    note: str | None
    by_patient: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """One page.

    Attributes:
        id: Of its heading, once on a page.
        patient: Whose it is; for the address of the patient's page, and never printed.
        talk: For which talk it is.
        by_patient: Whether the words came from the patient.
        words_size: How large the words are set.
        ladder: The scale; None for a goal without one.
        week: What is told of it; nothing of a goal that is not worked on.
        week_heading: Which week that is.
        ahead_heading: What stands above what is ahead; empty where it is of the week that is told.
        is_behind: Whether the goal has more events than are known here.
        is_one_page: Whether it is a single page; otherwise it goes on to a second one.
    """

    id: str
    patient: str
    form: Form
    size: Size
    is_one_page: bool
    talk: str
    words: str
    by_patient: bool
    words_size: WordsSize
    steps_heading: str
    ladder: LadderPicture | None
    week_heading: str
    week: Sequence[WeekLine]
    ahead_heading: str
    ahead: Sequence[str]
    wins: Sequence[WinLine]
    question: str
    is_behind: bool


def usual_form(accommodations: Sequence[str]) -> Form:
    """The form of a patient, unless another one is chosen."""
    return "usual" if SIMPLE_FOR.isdisjoint(accommodations) else "simple"


def sheets(
    language: Language, sessions: Sequence[Json], form: Form | None = None, day: date | None = None
) -> list[SheetView]:
    """The pages of some talks, in their order.

    Args:
        form: The form that was chosen; by default it is each patient's own.
        day: The day of the talks; by default each goal's next review.
    """
    return [
        _sheet(language, session["patient"], sheet, form or usual_form(session["accommodations"]), day)
        for session in sessions
        for sheet in session["sheets"]
    ]


def _sheet(language: Language, patient: str, sheet: Json, form: Form, day: date | None) -> SheetView:
    simple = form == "simple"
    talk_on = day or _day(sheet["talk_on"])
    is_over = sheet["is_last_week"]
    week = [_week_line(language, each, is_over=is_over) for each in sheet["week"]]
    wins = [WinLine(each["milestones"], each["note"], bool(each["by_patient"])) for each in sheet["wins"]]
    ahead = [
        language.gettext("Until %(day)s: %(text)s", day=language.weekday(_known(each["due"])), text=each["text"])
        for each in sheet["milestones"]
    ]
    asked = question(language, sheet["asks_about"], simple=simple)
    ladder = _ladder(sheet, simple=simple)
    if not week and sheet["status"] == "active":
        week = [WeekLine(None, language.gettext("Nothing told yet this week."), 0, "")]
    ahead_heading = language.gettext("This week") if is_over and ahead else ""
    texts = Texts(
        sheet["statement"],
        [(step.text, step.is_now or step.is_beginning) for step in ladder.steps] if ladder else (),
        [*(" ".join(filter(None, (line.what, line.said))) for line in week), *filter(None, [ahead_heading]), *ahead],
        sum(line.stones > 0 for line in week),
        [" ".join([*win.reached, win.note or ""]) for win in wins],
        asked,
    )
    size, is_one_page, told = fitted(form, texts)
    return SheetView(
        id=f"{patient}-{sheet['goal']}",
        patient=patient,
        form=form,
        size=size,
        is_one_page=is_one_page,
        talk=_talk(language, talk_on),
        words=sheet["statement"],
        by_patient=sheet["own_words"] is not False,
        words_size=words_size(sheet["statement"]),
        steps_heading=_steps_heading(language, sheet["steps"]),
        ladder=ladder,
        week_heading=language.gettext("Last week") if is_over else language.gettext("This week"),
        week=week,
        ahead_heading=ahead_heading,
        ahead=ahead,
        wins=wins[:told],
        question=asked,
        is_behind=sheet["quarantined"] is not None,
    )


def _talk(language: Language, on: date | None) -> str:
    if on is None:
        return language.gettext("For our talk")
    return language.gettext("For our talk on %(day)s", day=language.weekday_and_day(on))


def _steps_heading(language: Language, steps: Sequence[Json]) -> str:
    if steps and all(step["by_patient"] for step in steps):
        return language.gettext("The steps you wrote")
    return language.gettext("The steps")


def _ladder(sheet: Json, *, simple: bool) -> LadderPicture | None:
    if not sheet["steps"]:
        return None
    picture = ladder_picture(
        {str(step["level"]): step["text"] for step in sheet["steps"]},
        baseline=sheet["began"],
        now=sheet["now"],
        reached=sheet["reached"],
        own=[step["level"] for step in sheet["steps"] if step["by_patient"]],
    )
    steps = [_unmarked(step) for step in picture.steps]
    return LadderPicture(_fewest(steps) if simple else steps)


def _unmarked(step: Step) -> UnmarkedStep:
    return UnmarkedStep(**{name: getattr(step, name) for name in Step.__dataclass_fields__})


def _fewest(steps: Sequence[Step]) -> list[Step]:
    """Where it stands, the next step, and where it began; filled up to three from where it stands downwards."""
    now = next((place for place, step in enumerate(steps) if step.is_now), len(steps) - 1)
    began = next((place for place, step in enumerate(steps) if step.is_beginning), now)
    kept = {now, max(0, now - 1), began}
    for place in (*range(now + 1, len(steps)), *range(now - 1, -1, -1)):
        if len(kept) < min(_MOST_STEPS_OF_SIMPLE, len(steps)):
            kept.add(place)
    return [step for place, step in enumerate(steps) if place in kept]


def _week_line(language: Language, week: Json, *, is_over: bool) -> WeekLine:
    done = min(week["days_done"], _MOST_STONES)
    what = week["what"]
    said = [_told(language, week, is_over=is_over), _aim(language, week)]
    return WeekLine(
        what[:1].upper() + what[1:] if what else None,
        " ".join(filter(None, said)),
        done,
        language.ngettext("One stone, for one day", "%(number)s stones, one for each day", done) if done else "",
    )


def _told(language: Language, week: Json, *, is_over: bool) -> str:
    told, amount = week["days_told"], week["amount"]
    if not told:
        return language.gettext("Nothing told.") if is_over else language.gettext("Nothing told yet this week.")
    if week["what"] is None:
        return _days_told(language, told, is_over=is_over)
    if week["low"] is None and week["high"] is None:
        return language.gettext("Told as done.") if week["days_done"] else ""
    if week["per"] == "day" and amount is not None:
        days = number_in_words(language, amount)
        return language.ngettext(
            "It went as you aim on one day.", "It went as you aim on %(number)s days.", amount, number=days
        )
    if amount is None:
        return _days_told(language, told, is_over=is_over)
    amount_said = _counted(language, amount, week["unit"])
    if week["per"] == "month":
        return language.gettext("Told so far this month: %(amount)s.", amount=amount_said)
    if is_over:
        return language.gettext("Told: %(amount)s.", amount=amount_said)
    return language.gettext("Told so far: %(amount)s.", amount=amount_said)


def _days_told(language: Language, days: int, *, is_over: bool) -> str:
    said = number_in_words(language, days)
    if is_over:
        return language.ngettext("You told of one day.", "You told of %(number)s days.", days, number=said)
    return language.ngettext(
        "You told of one day this week.", "You told of %(number)s days this week.", days, number=said
    )


def _aim(language: Language, week: Json) -> str:
    low, high = week["low"], week["high"]
    if low is None and high is None:
        return ""
    told = {
        name: number_in_words(language, value) for name, value in (("low", low), ("high", high)) if value is not None
    }
    if low is None:
        aim = language.gettext("at most %(high)s", **told)
    elif high is None or high == low:
        aim = told["low"]
    else:
        aim = language.gettext("%(low)s to %(high)s", **told)
    match week["per"]:
        case "day":
            return language.gettext("You aim for %(number)s a day.", number=aim)
        case "month":
            return language.gettext("You aim for %(number)s a month.", number=aim)
        case _:
            return language.gettext("You aim for %(number)s.", number=aim)


def _counted(language: Language, amount: float, unit: str | None) -> str:
    number = number_in_words(language, amount)
    # What is counted stands above, so that beside one nothing more has to be said.
    return number if language.is_one(amount) else counted(language, amount, unit, written=number)


def number_in_words(language: Language, value: float) -> str:
    """A number in a sentence: in words up to ten, else in digits."""
    words: Mapping[float, str] = {
        0: language.gettext("none"),
        1: language.gettext("one"),
        2: language.gettext("two"),
        3: language.gettext("three"),
        4: language.gettext("four"),
        5: language.gettext("five"),
        6: language.gettext("six"),
        7: language.gettext("seven"),
        8: language.gettext("eight"),
        9: language.gettext("nine"),
        10: language.gettext("ten"),
    }
    return words.get(value) or language.number(value)


def _day(value: date | str | None) -> date | None:
    return None if value is None else _known(value)


def _known(value: date | str) -> date:
    """A day of a read: as the query found it, or as JSON says it."""
    return date.fromisoformat(value) if isinstance(value, str) else value
