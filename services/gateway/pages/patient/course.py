"""How it is going: the T-score over time, mood and distress; each as a picture, a sentence and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from events.vocabulary import INSTRUMENT_RANGES, Instrument
from projections.engine.paging import Json
from services.gateway.pages import days, terms
from services.gateway.pages.changes import capitalized
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.line import WIDE, LinePicture, Point, Scale, line_picture
from services.gateway.pages.pictures.tscore import EXPECTED, Told, TScorePicture, Words, tscore_picture

_ONE_DECIMAL = 1
_SAID = 6
"""Of so many scores each is in the sentence; of more, the first and the last."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table beside a picture."""

    day: str
    value: str
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class TScoreShown:
    """The T-score over time.

    Attributes:
        heading: Where it stands, and where it began.
        simple: The same without a number.
        caption: How to read the picture.
    """

    heading: str
    simple: str
    picture: TScorePicture
    caption: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line with the sentence beside it, and its numbers.

    Attributes:
        name: What the numbers are of.
    """

    name: str
    picture: LinePicture
    sentence: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class CourseShown:
    """How it is going."""

    t_score: TScoreShown | None
    mood: LineShown | None
    measures: Sequence[LineShown]


def course_shown(
    language: Language, t_scores: Json, mood_by_day: Sequence[Json], distress: Sequence[Json], today: date
) -> CourseShown:
    """How it is going, out of a series as :func:`projections.goal_state.patient.series.read_series` gives it."""
    by_instrument: dict[Instrument, list[Json]] = {}
    for each in distress:
        by_instrument.setdefault(each["instrument"], []).append(each)
    return CourseShown(
        _t_score(language, t_scores, today) if t_scores["points"] else None,
        _mood(language, mood_by_day, today) if mood_by_day else None,
        [_measure(language, instrument, by_instrument[instrument], today) for instrument in sorted(by_instrument)],
    )


def _t_score(language: Language, found: Json, today: date) -> TScoreShown:
    _ = language.gettext
    points, began = found["points"], found["began"]
    told = [Told(each["on"], each["t_score"], any(by["told_by"] != "entry" for by in each["told"])) for each in points]
    start = Told(began["on"], began["t_score"]) if began else None
    now, first = told[-1].value, (start or told[0])
    scored = {goal["goal"] for each in points for goal in each["goals"]}
    since = next((day.on for day in reversed(_steps(told))), told[-1].on)
    name = _(
        "T-score from %(first)s to %(last)s: began at %(began)s, %(now)s since %(since)s. Expected is %(expected)s.",
        first=days.past(language, first.on, today),
        last=days.past(language, today, today),
        began=_score(language, first.value),
        now=_score(language, now),
        since=days.past(language, since, today),
        expected=EXPECTED,
    )
    picture = tscore_picture(
        name,
        told,
        began=start,
        until=today,
        words=Words(_("expected"), _("where it began"), _("expected, and where it began")),
        days=[(day, days.short(language, day, today)) for day in _days_named(told, first.on)],
        last=_score(language, now),
    )
    return TScoreShown(
        _("All goals together: T-score %(now)s, began at %(began)s", **_both(language, now, first.value)),
        _in_simple_words(language, now, first.value),
        picture,
        " ".join(
            (
                _("%(expected)s is what was expected.", expected=EXPECTED),
                _from_goals(language, len(scored), weighted=points[-1]["weighted"]),
                _("Full dots come from the diary, rings from a review."),
            )
        ),
        [
            *(
                [Row(days.short(language, start.on, today), _score(language, start.value), _("where it began"))]
                if start
                else []
            ),
            *(
                Row(
                    days.short(language, each["on"], today), _score(language, each["t_score"]), _told_by(language, each)
                )
                for each in points
            ),
        ],
    )


def _from_goals(language: Language, number: int, *, weighted: bool) -> str:
    if weighted:
        return language.ngettext(
            "From one goal with a scale, weighted by importance and difficulty.",
            "From %(number)s goals with a scale, weighted by importance and difficulty.",
            number,
        )
    return language.ngettext(
        "From one goal with a scale.", "From %(number)s goals with a scale, each of which counts the same.", number
    )


def _both(language: Language, now: float, began: float) -> dict[str, str]:
    return {"now": _score(language, now), "began": _score(language, began)}


def _score(language: Language, value: float) -> str:
    return language.number(round(value, _ONE_DECIMAL))


def _in_simple_words(language: Language, now: float, began: float) -> str:
    if round(now, _ONE_DECIMAL) > round(began, _ONE_DECIMAL):
        return language.gettext("Further along than at the start.")
    if round(now, _ONE_DECIMAL) < round(began, _ONE_DECIMAL):
        return language.gettext("These days ask more than those at the start.")
    return language.gettext("About where it was at the start.")


def _steps(told: Sequence[Told]) -> list[Told]:
    """The first score, and those that differ from the one before."""
    return [each for at, each in enumerate(told) if at == 0 or each.value != told[at - 1].value]


def _days_named(told: Sequence[Told], first: date) -> Sequence[date]:
    """The days that are written below: the first, and those of a step, the latest of them before the others."""
    return list(dict.fromkeys((first, *(each.on for each in reversed(_steps(told))))))


def _told_by(language: Language, point: Json) -> str:
    names = {
        "entry": lambda: language.gettext("diary"),
        "review": lambda: language.gettext("review"),
        "closing": lambda: language.gettext("at the end"),
    }
    return language.both([names[by]() for by in dict.fromkeys(each["told_by"] for each in point["told"])])


def _mood(language: Language, moods: Sequence[Json], today: date) -> LineShown:
    low, high = INSTRUMENT_RANGES["mood"]
    values = [each["value"] for each in moods]
    first, last = moods[0], moods[-1]
    said = {
        "low": language.number(min(values)),
        "high": language.number(max(values)),
        "since": days.past(language, first["on"], today),
    }
    name = language.gettext(
        "Mood, from %(least)s to %(most)s: %(first)s on %(since)s, now %(last)s; lowest %(low)s, highest %(high)s.",
        least=low,
        most=high,
        first=first["value"],
        last=last["value"],
        **said,
    )
    if min(values) == max(values):
        sentence = language.gettext("Mood %(low)s since %(since)s. Each dot is a day told.", **said)
    else:
        sentence = language.gettext("Mood from %(low)s to %(high)s since %(since)s. Each dot is a day told.", **said)
    picture = line_picture(
        name,
        [Point(each["on"], each["value"]) for each in moods],
        Scale(first["on"], max(today, last["on"]), low, high),
        language.number(last["value"]),
        WIDE,
    )
    rows = [Row(days.short(language, each["on"], today), language.number(each["value"])) for each in moods]
    return LineShown(language.gettext("Mood"), picture, sentence, rows)


def _measure(language: Language, instrument: Instrument, scores: Sequence[Json], today: date) -> LineShown:
    low, high = INSTRUMENT_RANGES[instrument]
    named = terms.instrument(language, instrument)
    values = [language.number(each["score"]) for each in scores]
    listed = ", ".join(values) if len(values) <= _SAID else f"{values[0]} … {values[-1]}"
    name = language.gettext(
        "%(name)s, from %(low)s to %(high)s, lower is easier: %(first)s on %(since)s, %(last)s on %(until)s.",
        name=named,
        low=low,
        high=high,
        first=values[0],
        since=days.past(language, scores[0]["on"], today),
        last=values[-1],
        until=days.past(language, scores[-1]["on"], today),
    )
    picture = line_picture(
        name,
        [Point(each["on"], each["score"]) for each in scores],
        Scale(scores[0]["on"], max(today, scores[-1]["on"]), low, high),
        values[-1],
        WIDE,
    )
    return LineShown(
        capitalized(named),
        picture,
        language.gettext("%(name)s: %(scores)s. Lower is easier.", name=capitalized(named), scores=listed),
        [Row(days.short(language, each["on"], today), language.number(each["score"])) for each in scores],
    )
