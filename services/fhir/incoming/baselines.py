"""Baselines: scores that are kept in the scales of their goals."""

from datetime import datetime

from events.goal import types as t
from events.identity import GoalId
from services.fhir.incoming.known import Known, KnownGoal
from services.fhir.incoming.score_versions import ScoresRead, ScoreVersion, further, level_of, settled
from services.fhir.incoming.submissions import Refusal, ResourceSubmission, Settled
from services.fhir.incoming.versions import is_newer

_NO_SCALE = "A baseline is kept in its goal's scale, and no Goal with a scale in this run is its focus."


def submit_baselines(
    read: ScoresRead, scaled: frozenset[GoalId], in_run: frozenset[GoalId], known: Known, now: datetime
) -> int:
    """Decide what becomes of the baselines; how many have gone into the scales of their goals.

    Args:
        scaled: The goals that come in with a scale, which has its baseline already.
        in_run: The goals of which a version is in the files.
    """
    used = 0
    for goal_id, versions in read.baselines.items():
        first = read.first_baseline(goal_id)
        for each in versions:
            before = known.goals.get(goal_id)
            if goal_id in scaled:
                if each is first:
                    used += 1
                elif each.is_withdrawn:
                    read.settled.append(settled(goal_id, each, "It was entered in error, and is no baseline."))
                else:
                    read.refused.append(_refused(each, "The goal has an earlier baseline, and keeps one."))
            elif goal_id in in_run or before is None or before.elsewhere is None or before.current.gas is None:
                read.refused.append(_refused(each, _NO_SCALE))
            elif each is (first or versions[0]):
                outcome = _new_baseline(goal_id, each, before, now)
                if isinstance(outcome, Settled):
                    read.settled.append(outcome)
                else:
                    read.submissions.append(outcome)
            else:
                read.refused.append(_refused(each, "The goal has an earlier baseline, and keeps one."))
    return used


def _new_baseline(
    goal_id: GoalId, version: ScoreVersion, before: KnownGoal, now: datetime
) -> ResourceSubmission | Settled:
    """A baseline of a goal that is known, in a file without the goal: it corrects the scale."""
    current, elsewhere = before.current.gas, before.elsewhere.gas if before.elsewhere is not None else None
    if current is None:
        return settled(goal_id, version, "The goal has no scale.")
    level = None if version.is_withdrawn else level_of(version)
    if level == current.baseline or is_newer(before.taken.mark, version.versioned.mark):
        return settled(goal_id, version)
    if elsewhere is not None and elsewhere.baseline != current.baseline:
        return settled(goal_id, version, "baseline: it was changed in Cairn as well.", "goal.exists")
    changes = t.Changes(gas=current.model_copy(update={"baseline": level}))
    payload = t.Revised(changes=changes, reason="correction")
    return further(goal_id, version, payload, f"baseline-{level}", before.position, now, ("gas",), ())


def _refused(version: ScoreVersion, detail: str) -> Refusal:
    return Refusal(version.document.file, version.found.reference, "focus[0]", detail)
