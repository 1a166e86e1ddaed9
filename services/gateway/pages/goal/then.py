"""Where a goal stands, or stood: its ladder, its steps over time, and the moments to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from events.goal import GoalState
from projections.audit_trail.moments import Texts
from projections.engine.paging import Json
from projections.goal_state.patient.levels import LevelSeen
from services.gateway.as_of import Axis
from services.gateway.pages.changes import target
from services.gateway.pages.goal.status import Sentence, ladder_sentence, level_sentence, status_sentences
from services.gateway.pages.language import Language
from services.gateway.pages.pictures.ladder import LadderPicture, ladder_picture, signed
from services.gateway.pages.pictures.steps import StepsPicture, Thinned, steps_picture, thin
from services.gateway.pages.voices import Said

_NAMED_IN_FULL = 8


@dataclass(frozen=True, slots=True)
class Option:
    """A moment to look at the goal.

    Attributes:
        value: The instant, as it is asked for; empty for now.
    """

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Slider:
    """The moments to choose from, in their order, now at the end.

    Attributes:
        by: Which time counts.
        jumps: The few that tell most.
    """

    options: Sequence[Option]
    by: Axis
    jumps: Sequence[Option]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level as a row of the table.

    Attributes:
        is_former: Whether the steps had other texts when it was told.
    """

    on: date
    sign: str
    told_by: str
    is_former: bool


@dataclass(frozen=True, slots=True)
class Then:
    """Where the goal stood.

    Attributes:
        when: Of which moment this is; None for now.
        sentences: What had become of it by then; of now they stand at the head of the page.
        wording: How it was put then, where that is not how it is put now.
        ladder: None where it had no scale; `target` says then what would be enough, where anything does.
        last_told: Who told last where it stood.
        staff_steps: Who wrote the steps that are not in the patient's words.
    """

    when: str | None
    is_there: bool
    sentences: Sequence[Sentence]
    wording: Said | None
    ladder: LadderPicture | None
    said: str
    last_told: str | None
    staff_steps: str | None
    target: str | None
    steps: StepsPicture | None
    rows: Sequence[LevelRow]
    thinned: Thinned | None

    @property
    def has_former(self) -> bool:
        """Whether any level was told when the steps had other words."""
        return any(row.is_former for row in self.rows)


class Stood(NamedTuple):
    """What is known of a goal at a moment.

    Attributes:
        latest_level: The last level that was told.
        levels: All of them by then.
        texts: Who wrote its words by then.
        day: The day of the moment, where the patient is treated.
    """

    goal: GoalState
    latest_level: int | None
    levels: Sequence[LevelSeen]
    texts: Texts | None
    day: date


def then(language: Language, stood: Stood, *, when: str | None, ends: tuple[date, date], now: GoalState) -> Then:
    """Where a goal stood.

    Args:
        when: Of which moment this is; None for now.
        ends: The first and the last day of the picture.
        now: The goal as it is.
    """
    goal, texts = stood.goal, stood.texts
    ladder = None
    if goal.gas is not None and goal.gas.levels:
        own = [int(level) for level, written in texts.steps.items() if written.actorrole == "patient"] if texts else []
        ladder = ladder_picture(
            {str(level): text for level, text in goal.gas.levels.items()},
            baseline=goal.gas.baseline,
            now=stood.latest_level,
            reached=[seen.level for seen in stood.levels],
            own=own,
        )
    wording = put(language, goal, texts) if when is not None and goal.wording != now.wording else None
    kept, thinned = thin(stood.levels)
    newest = texts.scales[-1].version if texts and texts.scales else 0
    return Then(
        when=when,
        is_there=True,
        sentences=status_sentences(language, goal, stood.day) if when is not None else (),
        wording=wording,
        ladder=ladder,
        said=ladder_sentence(language, ladder) if ladder else "",
        last_told=level_sentence(language, stood.levels) if ladder else None,
        staff_steps=_staff_steps(language, texts) if ladder else None,
        target=target(language, goal.smart.measure) if goal.smart and goal.smart.measure else None,
        steps=_steps(language, stood, ends) if len(stood.levels) > 1 else None,
        rows=[_row(language, seen, newest) for seen in kept],
        thinned=thinned,
    )


def not_yet(language: Language, when: str) -> Then:
    """The goal before it was there."""
    return Then(when, False, (), None, None, "", None, None, None, None, (), None)


def put(language: Language, goal: GoalState, texts: Texts | None) -> Said | None:
    """How a goal is put, beside its kept words; None where it was never put otherwise."""
    if goal.wording is None:
        return None
    written = texts.wording if texts else None
    if written is None or written.text != goal.wording:
        return Said(goal.wording, is_own=False)
    return Said.of(language, written.text, written.actor, written.actorrole)


def slider(
    language: Language, moments: Sequence[Json], by: Axis, chosen: datetime | None, zone: tzinfo
) -> Slider | None:
    """The moments to choose from; None where there is only one.

    Args:
        moments: As :func:`projections.audit_trail.moments.moments` tells them, in any order.
        chosen: The instant that is looked at; None for now.
    """
    named: dict[datetime, Json] = {}
    for each in sorted(moments, key=lambda each: each["position"]):
        at = each["time" if by == "happened" else "recordedtime"]
        # What followed by itself happened with what it followed from, which says more.
        if each["causeversion"] is None or at not in named:
            named[at] = each
    options, jumps = [], []
    for at in sorted(named):
        kind = named[at]["type"].split(".")[2]
        option = Option(_value(at), _label(language, at.astimezone(zone), kind), is_chosen=at == chosen)
        options.append(option)
        if kind in _JUMPS:
            jumps.append(option)
    if chosen is not None and chosen not in named:
        label = when_text(language, chosen.astimezone(zone))
        options.append(Option(_value(chosen), label, is_chosen=True))
        options.sort(key=lambda option: datetime.fromisoformat(option.value))
    now = Option("", language.gettext("now, as it stands"), is_chosen=chosen is None)
    return Slider([*options, now], by, jumps[-_MOST_JUMPS:]) if options else None


def when_text(language: Language, at: datetime) -> str:
    """A moment in a sentence: its day and the time of day."""
    return language.gettext("%(day)s, %(time)s", day=language.day_with_year(at.date()), time=language.clock(at))


_JUMPS = frozenset({"activated", "revised", "reviewed", "held", "resumed", "closed", "reopened"})
_MOST_JUMPS = 6


def _label(language: Language, at: datetime, kind: str) -> str:
    return language.gettext(
        "%(what)s, %(when)s",
        what=_NAMES.get(kind, lambda language: language.gettext("Recorded"))(language),
        when=when_text(language, at),
    )


_NAMES = {
    "proposed": lambda language: language.gettext("Proposed"),
    "imported": lambda language: language.gettext("Brought in"),
    "agreed": lambda language: language.gettext("Agreed"),
    "contested": lambda language: language.gettext("Pushed back"),
    "activated": lambda language: language.gettext("Begun"),
    "revised": lambda language: language.gettext("Revised"),
    "change_requested": lambda language: language.gettext("Change asked for"),
    "change_answered": lambda language: language.gettext("Answered"),
    "milestone_set": lambda language: language.gettext("Milestone set"),
    "milestone_met": lambda language: language.gettext("Milestone reached"),
    "progress_corrected": lambda language: language.gettext("Entry put right"),
    "progress_withdrawn": lambda language: language.gettext("Entry taken back"),
    "review_scheduled": lambda language: language.gettext("Review set"),
    "reviewed": lambda language: language.gettext("Review"),
    "held": lambda language: language.gettext("Put to rest"),
    "resumed": lambda language: language.gettext("Taken up again"),
    "closed": lambda language: language.gettext("Closed"),
    "reopened": lambda language: language.gettext("Opened again"),
    "entered_in_error": lambda language: language.gettext("Struck out"),
}


def _value(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _staff_steps(language: Language, texts: Texts | None) -> str | None:
    """Who wrote the steps that are in quotation marks."""
    writers = dict.fromkeys(
        Said.of(language, each.text, each.actor, each.actorrole).by for each in (texts.steps.values() if texts else ())
    )
    named = [each for each in writers if each is not None]
    return (
        language.gettext("Steps in quotation marks were worded by %(who)s.", who=language.both(named))
        if named
        else None
    )


def _steps(language: Language, stood: Stood, ends: tuple[date, date]) -> StepsPicture:
    first, last = ends
    scales = stood.texts.scales[1:] if stood.texts else ()
    began = min(first, stood.levels[0].on)
    written = language.short_day if began.year == last.year else language.day_with_year
    return steps_picture(
        _name(language, stood.levels),
        stood.levels,
        scale=[int(level) for level in stood.goal.gas.levels] if stood.goal.gas else (),
        first=began,
        last=last,
        until=min(stood.day, last),
        reworded=[(each.time.date(), each.version) for each in scales],
        ends=(written(began), written(last)),
    )


def _name(language: Language, levels: Sequence[LevelSeen]) -> str:
    """The line in words: each level where there are few, else its two ends."""
    if len(levels) <= _NAMED_IN_FULL:
        told = [
            language.gettext("%(step)s on %(day)s", step=signed(seen.level), day=language.day(seen.on))
            for seen in levels
        ]
        return language.gettext("Steps over time: %(told)s.", told=", ".join(told))
    return language.gettext(
        "Steps over time: %(first)s on %(begin)s, %(last)s on %(end)s; between %(lowest)s and %(highest)s.",
        first=signed(levels[0].level),
        begin=language.day(levels[0].on),
        last=signed(levels[-1].level),
        end=language.day(levels[-1].on),
        lowest=signed(min(seen.level for seen in levels)),
        highest=signed(max(seen.level for seen in levels)),
    )


def _row(language: Language, seen: LevelSeen, newest: int) -> LevelRow:
    told_by = {
        "baseline": lambda: language.gettext("where it began"),
        "entry": lambda: language.gettext("diary"),
        "review": lambda: language.gettext("review"),
        "closing": lambda: language.gettext("when it was closed"),
    }[seen.told_by]()
    return LevelRow(seen.on, signed(seen.level), told_by, seen.version is not None and seen.version < newest)
