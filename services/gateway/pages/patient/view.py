"""A patient's page: why in treatment, what waits for whom, what it is all for, how it is going, and how it went."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from events.goal import GoalState
from events.goal.suggestion import suggested_framework
from events.goal.waiting import Waiting, waiting
from events.identity import PLAN, GoalId
from projections.audit_trail.revisions import RevisedGoal
from projections.goal_state.patient.attainment import attainment
from projections.goal_state.patient.engagement import engagement
from projections.goal_state.patient.interventions import interventions
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.series import distress_of, mood_by_day, moods_of
from projections.goal_state.patient.span import Span
from projections.goal_state.patient.tree import read_tree
from services.gateway.pages import addresses, days, terms
from services.gateway.pages.changes import capitalized
from services.gateway.pages.clinicians import has_somebody, with_whom
from services.gateway.pages.language import Language
from services.gateway.pages.patient.course import CourseShown, course_shown
from services.gateway.pages.patient.facts import Fact, facts_shown
from services.gateway.pages.patient.story import Story, story_of
from services.gateway.pages.patient.tree import TreeShown, Words, tree_shown, words_of
from services.gateway.pages.words_size import WordsSize, words_size

_ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """Why somebody is in treatment, and whose reason that is."""

    text: str
    whose: str

    @property
    def size(self) -> WordsSize:
        """How large it is set where it stands first."""
        return words_size(self.text)


@dataclass(frozen=True, slots=True)
class Wait:
    """A word that is awaited.

    Attributes:
        text: For whom, since when, and what is to be done.
        remark: What may help, for staff.
    """

    text: str
    words: Words
    address: str
    remark: str


@dataclass(frozen=True, slots=True)
class PatientShown:
    """The page.

    Attributes:
        own: Whether it is shown to the patient.
        notices: What cannot be shown, and what to do.
        lead: With whom, where, since when, and what comes next.
        simplified: Whether the patient asked for simple words.
        pictures: Whether the patient asked for pictures.
        footer: As what it is recorded.
    """

    patient: str
    own: bool
    notices: Sequence[str]
    lead: Sequence[str]
    reasons: Sequence[ReasonShown]
    waits: Sequence[Wait]
    tree: TreeShown
    course: CourseShown
    stories: Sequence[Story]
    facts: Sequence[Fact]
    simplified: bool
    pictures: bool
    footer: str


def patient_shown(
    language: Language,
    patient: str,
    record: PatientRecord,
    revised: Mapping[GoalId, Sequence[RevisedGoal]],
    now: datetime,
    *,
    own: bool,
    for_staff: bool,
) -> PatientShown:
    """The page of a patient.

    Args:
        record: With the diaries.
        revised: The revisions, as far as whoever reads may read the history.
        own: Whether the patient reads.
        for_staff: Whether staff read, who are told what may help.
    """
    today, plan = record.day(now), record.plan
    simplified = plan is not None and plan.simplified
    pictures = plan is not None and "visual_tools" in plan.accommodations
    moods = mood_by_day(moods_of(record, _ALWAYS))
    return PatientShown(
        patient,
        own,
        list(_notices(language, record)),
        list(_lead(language, record, today)),
        [ReasonShown(each.text, terms.whose_reason(language, each.whose, own_page=own)) for each in plan.reasons]
        if plan
        else [],
        list(_waits(language, record, today, own=own, for_staff=for_staff)),
        tree_shown(language, record, read_tree(record, today), simplified=simplified, pictures=pictures),
        course_shown(language, attainment(record, _ALWAYS), moods, distress_of(record, _ALWAYS), today),
        [
            story_of(language, record, goal, revised.get(GoalId(goal.org, patient, goal.goal), ()), today)
            for goal in _with_a_story(record)
        ],
        facts_shown(language, record, engagement(record.valid_goals, today), interventions(record), today),
        simplified,
        pictures,
        _footer(language, record),
    )


def _lead(language: Language, record: PatientRecord, today: date) -> Iterator[str]:
    plan = record.plan
    if plan is None:
        yield language.gettext("No plan has been opened yet")
        return
    # Whoever looks is named, too: the page is also printed and shown to others.
    yield with_whom(language, plan.clinician, reader="")
    if plan.program is not None:
        yield terms.setting(language, plan.program.setting)
    yield language.gettext("here since %(day)s", day=days.past(language, plan.day(plan.opened_at), today))
    if not plan.is_open:
        yield language.gettext("the plan is closed")
    due = [goal.next_review.due_on for goal in record.valid_goals if goal.is_open and goal.next_review]
    if due:
        yield days.review_due(language, min(due), today)


def _notices(language: Language, record: PatientRecord) -> Iterator[str]:
    for token, at in record.quarantined.items():
        goal = record.goal(token)
        if token == PLAN:
            what = language.gettext("the plan")
        else:
            what = language.quoted(goal.wording or goal.statement) if goal else token
        yield language.gettext(
            "From event %(position)s on, what was recorded for %(what)s is kept and cannot be shown. What stands here"
            " may be older. Whoever runs Cairn can mend it.",
            position=at["position"],
            what=what,
        )


def _waits(language: Language, record: PatientRecord, today: date, *, own: bool, for_staff: bool) -> Iterator[Wait]:
    found = [(each["since"], goal, each) for goal in record.valid_goals for each in waiting(goal)]
    for since, goal, each in sorted(found, key=lambda one: (one[0], one[1].goal)):
        if each["role"] == "patient":
            who = language.gettext("you") if own else goal.patient
        else:
            named = record.plan is not None and has_somebody(record.plan.clinician)
            who = record.plan.clinician if record.plan and named else language.gettext("the clinician")
        text = language.gettext(
            "For %(who)s, since %(day)s: %(what)s",
            who=who,
            day=days.past(language, record.day(since), today),
            what=_what_is_awaited(language, each),
        )
        address = addresses.address(addresses.GOAL, org=goal.org, patient=goal.patient, goal=goal.goal)
        yield Wait(text, _words_awaited(goal, each), address, _remark(language, record, goal) if for_staff else "")


def _what_is_awaited(language: Language, waits: Waiting) -> str:
    if waits["for"] == "answer_to_contest":
        return language.gettext("answer why it does not fit")
    if waits["for"] == "answer_to_change_request":
        return language.gettext("answer what was asked")
    return language.gettext("agree, or talk about it")


def _words_awaited(goal: GoalState, waits: Waiting) -> Words:
    if waits["for"] == "answer_to_contest" and goal.contest is not None:
        return Words(goal.contest.reason, goal.contest.actor.role == "patient")
    if waits["for"] == "answer_to_change_request":
        for request in goal.change_requests:
            if request.request == waits["request"]:
                return Words(request.text, request.actor.role == "patient")
    return words_of(goal)


def _remark(language: Language, record: PatientRecord, goal: GoalState) -> str:
    suggested = suggested_framework(goal, simplified=record.plan is not None and record.plan.simplified)
    if suggested is None:
        return ""
    if suggested.framework == "smart":
        helps = language.gettext("It speaks of days or numbers: how often, and until when, may suit it.")
    else:
        helps = language.gettext("It has more sides than one number: steps in the patient’s own words may suit it.")
    until_then = language.gettext("Until then it stays a draft, for as long as it needs.")
    return f"{helps} {until_then}"


def _with_a_story(record: PatientRecord) -> list[GoalState]:
    """The goals that are worked on, those with the most revisions first; where there are none, those that were."""
    begun = [goal for goal in record.valid_goals if goal.is_begun]
    goals = begun or [goal for goal in record.valid_goals if goal.status == "closed"]
    return sorted(goals, key=lambda goal: (-len(goal.revisions), goal.goal))


def _footer(language: Language, record: PatientRecord) -> str:
    plan = record.plan
    if plan is None:
        return ""
    return capitalized(
        language.gettext(
            "plan version %(version)s, position %(position)s.", version=plan.version, position=plan.position
        )
    )
