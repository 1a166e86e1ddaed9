"""A goal without a scale, week by week: how much was told beside what was agreed in that week."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from events.goal.measured import measured_week, monday
from events.vocabulary import Measure, TargetRange
from projections.goal_state.today_week import A_WEEK
from services.gateway.pages.goal.found import GoalFound
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.weeks import MAX_STONES, WeeksPicture, WeekTold, weeks_picture


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week in the table."""

    begins: date
    told: str
    agreed: str


@dataclass(frozen=True, slots=True)
class Weeks:
    """The picture, what its stones are, and the same as a table."""

    picture: WeeksPicture
    caption: str
    rows: Sequence[WeekRow]


def weeks_view(language: Language, found: GoalFound) -> Weeks | None:
    """The weeks that the diary shows, of a goal that wants so much a week.

    Returns:
        None for any other goal, before the work began, where entries were left out, and for more than can be counted at
        a glance.
    """
    goal, measure = found.goal, _weekly(found.goal.smart.measure if found.goal.smart else None)
    if measure is None or goal.gas is not None or not found.is_whole or not found.entries:
        return None
    told = list(_weeks(found, measure))
    if max(max(week.amount or 0, week.wanted or 0) for week in told) > MAX_STONES:
        return None
    numbers = ["" if week.amount is None else language.number(week.amount) for week in told]
    agreed = ["" if week.wanted is None else language.number(week.wanted) for week in told]
    said = [_said(language, week) for week in told]
    rows = [
        WeekRow(
            week.begins,
            number or _nothing(language, week),
            wanted or language.gettext("no number"),
        )
        for week, number, wanted in zip(told, numbers, agreed, strict=True)
    ]
    days = [language.short_day(week.begins) for week in told]
    name = language.gettext("Week by week: %(weeks)s.", weeks="; ".join(said))
    picture = weeks_picture(name, told, numbers=numbers, days=days, agreed=agreed)
    caption = language.gettext(
        "Each cairn is a week, and each stone one of: %(what)s. The dashed line is what was agreed in that week.",
        what=measure.what,
    )
    return Weeks(picture, caption, rows)


def _weekly(measure: Measure | None) -> Measure | None:
    """A measure of which at least so much a week is wanted."""
    is_weekly = measure is not None and measure.per == "week" and measure.direction != "at_most"
    return measure if is_weekly and _wanted(measure) is not None else None


def _wanted(measure: Measure | None) -> float | None:
    target = None if measure is None else measure.target
    if isinstance(target, TargetRange):
        return target.low
    return None if target is True else target


def _weeks(found: GoalFound, measure: Measure) -> Iterator[WeekTold]:
    week = max(found.span.first, monday(found.days.began))
    while week <= min(found.span.last, found.days.last):
        ends = week + A_WEEK
        measured = measured_week(measure, found.entries, week)
        amount = None if measured is None else measured.amount
        is_ahead = amount is None and week <= found.days.today < ends
        yield WeekTold(week, amount, _agreed_by(found, ends), is_ahead=is_ahead)
        week = ends


def _agreed_by(found: GoalFound, day: date) -> float | None:
    """What was agreed at the end of a week; None where that was no number a week."""
    by_then = [each for each in found.versions if found.record.day(each.recorded.event.time) < day]
    smart = by_then[-1].after.smart if by_then else None
    return _wanted(_weekly(smart.measure if smart else None))


def _said(language: Language, week: WeekTold) -> str:
    day = language.short_day(week.begins)
    amount = _nothing(language, week) if week.amount is None else language.number(week.amount)
    if week.wanted is None:
        return language.gettext("%(day)s %(amount)s", day=day, amount=amount)
    wanted = language.number(week.wanted)
    return language.gettext("%(day)s %(amount)s, agreed %(wanted)s", day=day, amount=amount, wanted=wanted)


def _nothing(language: Language, week: WeekTold) -> str:
    return language.gettext("nothing told yet") if week.is_ahead else language.gettext("not told: we do not know")
