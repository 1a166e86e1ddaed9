"""Everything that the page of a goal says, from what was read for it."""

from dataclasses import dataclass
from datetime import date

from projections.audit_trail.moments import texts
from services.gateway.as_of import Axis
from services.gateway.pages.goal.diary import DiaryView, diary_view
from services.gateway.pages.goal.events import WayTold
from services.gateway.pages.goal.found import Earlier, GoalFound, HistoryFound
from services.gateway.pages.goal.then import Slider, Stood, Then, not_yet, slider, then, when_text
from services.gateway.pages.goal.view import Fact, Head, facts, facts_heading, head
from services.gateway.pages.goal.way import Way, way
from services.gateway.pages.goal.weeks import Weeks, weeks_view
from services.gateway.pages.language import Language


@dataclass(frozen=True, slots=True)
class GoalPage:
    """What the page says.

    Attributes:
        then: Where the goal stands, or stood at the moment that was asked for.
        weeks: How much was told week by week, of a goal that wants so much a week.
        slider, way: None for those who may not read what happened.
        today: The day of looking, where the patient is treated.
    """

    head: Head
    then: Then
    weeks: Weeks | None
    slider: Slider | None
    diary: DiaryView
    way: Way | None
    facts_heading: str
    facts: list[Fact]
    today: date


def goal_page(
    language: Language,
    found: GoalFound,
    history: HistoryFound | None,
    earlier: Earlier | None,
    *,
    by: Axis,
    own: bool,
) -> GoalPage:
    """The page of a goal.

    Args:
        history: None for those who may not read it.
        earlier: Where it stood at the moment that was asked for; None for now.
        by: Which time counts of the moments to choose from.
        own: Whether the patient looks at it.
    """
    goal, days = found.goal, found.days
    chosen = earlier.at if earlier else None
    told = None
    if history is not None:
        told = way(
            language,
            WayTold(
                goal,
                history.events,
                history.is_newest,
                history.before,
                found.versions,
                found.entries,
                found.record,
                found.zone,
                days.today,
            ),
        )
    return GoalPage(
        head(language, goal, found.record, texts(found.versions), today=days.today, own=own),
        then_view(language, found, earlier),
        weeks_view(language, found),
        slider(language, history.moments, by, chosen, found.zone) if history else None,
        diary_view(
            language,
            goal,
            found.entries,
            found.span,
            began=days.began,
            today=days.today,
            ended=days.ended,
            is_whole=found.is_whole,
        ),
        told,
        facts_heading(language, goal),
        facts(language, goal, found.record),
        days.today,
    )


def then_view(language: Language, found: GoalFound, earlier: Earlier | None) -> Then:
    """Where a goal stands, or stood at an earlier moment."""
    goal, days = found.goal, found.days
    ends = (days.began, days.last)
    if earlier is None:
        level = found.record.diary(goal).latest_level
        stood = Stood(goal, level, found.levels, texts(found.versions), days.today)
        return then(language, stood, when=None, ends=ends, now=goal)
    at = when_text(language, earlier.at.astimezone(found.zone))
    if earlier.by == "happened":
        when = language.gettext("As it stood on %(moment)s, by what had happened until then.", moment=at)
    else:
        when = language.gettext("As it stood on %(moment)s, by what had been recorded until then.", moment=at)
    if earlier.goal is None:
        return not_yet(language, when)
    stood = Stood(earlier.goal, earlier.goal.latest_level, earlier.levels, texts(earlier.versions), earlier.day)
    return then(language, stood, when=when, ends=ends, now=goal)
