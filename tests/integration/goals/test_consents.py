"""What a patient allows somebody is asked of the log, whichever copy of the service recorded it."""

from datetime import UTC, datetime, timedelta

from events.identity import GoalId
from events.plan import types as p
from events.plan.consent_terms import Until
from tests.builders import event, opened
from tests.consents import SISTER, consent
from tests.integration.goals.conftest import Copies

NOW = datetime.now(UTC)


async def test_a_consent_counts_at_once_and_so_does_its_revocation(copies: Copies, goal_id: GoalId) -> None:
    here, there = copies(), copies()
    plan = goal_id.plan
    until = Until(on=NOW.date() + timedelta(days=9))
    signed = {"by": "p1", "on": NOW.date() - timedelta(days=1)}
    assert await here.allowed_to(goal_id, SISTER.id) == frozenset()
    await there.submit(event(plan, opened(), role="clinician", actor="c1"))
    await there.submit(event(plan, consent(what=("goals", "contribute"), until=until, signed=signed), time=NOW))

    assert await here.allowed_to(goal_id, SISTER.id) == {"goals", "contribute"}

    await there.submit(event(plan, p.ConsentRevoked(consent="c1"), time=datetime.now(UTC)))

    assert await here.allowed_to(goal_id, SISTER.id) == frozenset()
