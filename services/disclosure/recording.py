"""Recording a disclosure, which comes before the data is handed out."""

from datetime import datetime
from uuid import uuid4

from pydantic_core import to_json

from events.envelope import structured
from events.errors import Rejected
from events.event import Event
from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from events.plan.types import Disclosed
from events.vocabulary import Actor
from services.submission_client import submit

SOURCE = "urn:cairn:disclosure"
"""The CloudEvents source of disclosures that Cairn's own exports record."""


async def record_disclosure(nc: ResilientClient, plan_id: GoalId, by: Actor, at: datetime, disclosed: Disclosed) -> int:
    """Record a disclosure, and give the version of the plan that recorded it.

    Each call is a disclosure of its own. The goals service decides it: whoever gets a version may hand the data out.

    Raises:
        Rejected: it was not recorded, or it is not known whether it was; nothing may be handed out.
    """
    event = Event(goal_id=plan_id, source=SOURCE, id=str(uuid4()), time=at, actor=by, data=disclosed)
    outcome = await submit(nc, plan_id, to_json(structured(event)))
    if outcome["status"] != "recorded":
        raise Rejected(outcome["code"], outcome["detail"])
    version: int = outcome["events"][0]["version"]
    return version
