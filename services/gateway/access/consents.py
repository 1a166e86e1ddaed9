"""What patients allow those who ask, by consents that are in force today where the patient is treated."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from nats.errors import Error as NatsError

from events.envelope import UnreadableEvent
from events.errors import Rejected
from events.event import RecordedEvent
from events.identity import PLAN, GoalId, is_token
from events.log import Batch, Log, LogUnreachable
from events.log.placement import Placed
from events.plan import fold_plans
from events.plan.consents import ABOUT_CONSENTS, allowed_to
from events.vocabulary import Allowed
from projections.engine.paging import Json
from services.access.policy import may_read
from services.access.principal import Principal
from services.gateway.problems import RequestRefused

Consents = Callable[[Principal, str, str], Awaitable[AbstractSet[Allowed]]]
"""What a patient of an organisation allows a principal."""
NOTHING: frozenset[Allowed] = frozenset()


async def consents_for(logs: Placed[Log], principal: Principal, org: str, patient: str) -> frozenset[Allowed]:
    """What a patient allows a principal. Only family members read by consent, so nobody else's is looked up.

    The log is asked and not a projection, which may be behind, or may have put the plan into quarantine: a revocation
    counts as soon as it is recorded.

    Raises:
        RequestRefused: 503, when the plan cannot be read. Then nothing is allowed.
    """
    if not principal.has("family") or org not in principal.orgs or not is_token(patient):
        return NOTHING
    try:
        plan = fold_plans(await logs.of(org).read(GoalId(org, patient, PLAN)))
    except Rejected:  # the organisation is in no stream
        return NOTHING
    except (LogUnreachable, NatsError, UnreadableEvent):
        raise RequestRefused("log.unavailable", "What the patient allows cannot be read now. Try again.") from None
    return allowed_to(plan, principal.id, plan.day(datetime.now(UTC))) if plan is not None else NOTHING


def tells_all(principal: Principal, org: str | None, patient: str | None) -> bool:
    """Whether a principal is told of every event: also of consents and disclosures."""
    return may_read(principal, "disclosures", org, patient)


def types_left_out(principal: Principal, org: str, patient: str | None) -> frozenset[str]:
    """The types of events of which a principal is not told: those of consents and disclosures, for who may not read of
    disclosures.
    """
    return frozenset() if tells_all(principal, org, patient) else ABOUT_CONSENTS


def told_of(
    principal: Principal, org: str, patient: str | None, events: Iterable[RecordedEvent]
) -> list[RecordedEvent]:
    """Recorded events without those."""
    left_out = types_left_out(principal, org, patient)
    return [event for event in events if event.type_name not in left_out]


def batches_told(
    principal: Principal, org: str | None, patient: str | None, batches: AsyncIterator[Batch]
) -> AsyncIterator[Batch]:
    """The same for what a follower of the log reads, as it is stored."""
    return batches if tells_all(principal, org, patient) else _without_consents(batches)


async def _without_consents(batches: AsyncIterator[Batch]) -> AsyncGenerator[Batch, None]:
    try:
        async for batch in batches:
            told = tuple(each for each in batch.messages if each.headers.get("ce-type") not in ABOUT_CONSENTS)
            if told or not batch.messages:  # an empty one says that the end is reached
                yield Batch(told, batch.head)
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()


def with_own_consents(principal: Principal, org: str, patient: str, plan: Json) -> Json:
    """A plan as a principal may read it: who may not read to whom data was disclosed sees only consents to themself."""
    if tells_all(principal, org, patient):
        return plan
    own = [consent for consent in plan["consents"] if consent["recipient"]["id"] == principal.id]
    return {**plan, "consents": own}
