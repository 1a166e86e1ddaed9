"""What patients allow other people by the consents that are in force."""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet

from events.vocabulary import Allowed
from services.access.principal import Principal

Consents = Callable[[Principal, str, str], Awaitable[AbstractSet[Allowed]]]
"""What a patient of an organisation allows a principal."""


async def consents_for(principal: Principal, org: str, patient: str) -> AbstractSet[Allowed]:
    """What a patient allows a principal: nothing, as long as consents are not recorded."""
    return frozenset()
