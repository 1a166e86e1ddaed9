"""A service that cannot read which tokens were revoked says so after a minute, and not before."""

import pytest

from events.errors import CairnError
from events.log import connect
from services.access.authentication import TokenRefused
from services.access.issuer.revocations import UNREAD_SECONDS, Revocations
from services.embedded_server import EmbeddedServer
from tests.waiting import eventually


async def test_tokens_are_refused_while_nobody_knows_which_were_revoked(own_server: EmbeddedServer) -> None:
    now = 1000.0
    nc = await connect(own_server.url, name="gateway")
    revocations = Revocations(nc, lambda: now)
    with pytest.raises(TokenRefused) as refused:
        revocations.is_revoked("t1")
    assert refused.value.code == "access.unavailable"
    await revocations.read()
    assert not revocations.is_revoked("t1")

    await own_server.stop()
    now += UNREAD_SECONDS
    with pytest.raises(CairnError):
        await revocations.read()
    assert not revocations.is_revoked("t1")
    now += 1
    with pytest.raises(TokenRefused, match="cannot be read now"):
        revocations.is_revoked("t1")

    await own_server.start()
    await _answering(revocations)
    assert not revocations.is_revoked("t1")
    await nc.close()


async def _answering(revocations: Revocations) -> None:
    async def read() -> bool:
        try:
            await revocations.read()
        except CairnError:
            return False
        return True

    await eventually(read, within=20)
