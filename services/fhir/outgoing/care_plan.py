"""A patient's plan with its goals as a FHIR CarePlan, R4 or R5."""

from collections.abc import Sequence

from events.goal.state import GoalState
from events.identity import PLAN, GoalId
from events.plan.state import PlanState
from services.fhir.ids import fhir_id
from services.fhir.outgoing.elements import (
    Json,
    Release,
    code,
    composed,
    concept,
    given,
    identifier,
    integer,
    meta,
    string,
)
from services.fhir.outgoing.references import to_goal, to_patient
from services.fhir.vocabulary import (
    ACTOR_IDENTIFIER,
    CARE_PLAN_CATEGORY,
    GOAL_IDENTIFIER,
    PLAN_PRACTICE,
    PLAN_PRIORITY,
    PLAN_REASON,
)


def write_care_plan(plan: PlanState, goals: Sequence[GoalState], release: Release) -> Json:
    """The plan, and a reference to each of its goals that is not entered in error.

    `meta.versionId` is the last log position of the plan and its goals, as the CarePlan changes with each of them.
    """
    goal_id = GoalId(plan.org, plan.patient, PLAN)
    responsible = {"type": "Practitioner", "identifier": identifier(ACTOR_IDENTIFIER, plan.clinician)}
    return given(
        resourceType="CarePlan",
        id=fhir_id(goal_id),
        meta=meta(
            max([plan.position, *(each.position for each in goals)]),
            max([plan.updated_at, *(each.updated_at for each in goals)]),
        ),
        extension=_extensions(plan),
        identifier=[identifier(GOAL_IDENTIFIER, str(goal_id))],
        status="active" if plan.is_open else "completed",
        intent="plan",
        category=[concept(CARE_PLAN_CATEGORY, "assess-plan", "Assessment and Plan of Treatment")],
        subject=to_patient(goal_id),
        period={"start": plan.opened_at.isoformat()},
        created=plan.opened_at.isoformat(),
        goal=[to_goal(goal_id._replace(goal=each.goal)) for each in goals if each.status != "entered_in_error"],
        **{"custodian" if release == "R5" else "author": responsible},
    )


def _extensions(plan: PlanState) -> list[Json]:
    """Why the patient is here, what matters to them, and how the plan is practised."""
    program = plan.program
    found = [
        *(composed(PLAN_REASON, {"text": string(each.text), "whose": code(each.whose)}) for each in plan.reasons),
        *(
            composed(PLAN_PRIORITY, {"id": string(each.id), "text": string(each.text), "rank": integer(each.rank)})
            for each in plan.priorities
        ),
    ]
    practice = composed(
        PLAN_PRACTICE,
        {
            "reviewEveryDays": integer(plan.review_every_days),
            "activeGoalLimit": integer(plan.active_goal_limit),
            "timeZone": string(plan.time_zone),
            "setting": code(program.setting if program else None),
            "dualDiagnosis": {"valueBoolean": program.dual_diagnosis} if program else None,
            "closedReason": string(plan.closed_reason),
        },
    )
    if practice is not None:
        practice["extension"] += [{"url": "accommodation", **(code(each) or {})} for each in plan.accommodations]
    return [each for each in (*found, practice) if each is not None]
