"""Which connections have to end, and what the name of a user tells of its connection."""

import pytest
from nats.errors import Error as NatsError

from services.access.callout.admission import KICK_BEFORE_SECONDS
from services.access.callout.connections import Connection, Connections, connection_of
from services.access.callout.ending import Ending
from services.access.callout.servers import Listed, Servers
from services.access.nats_users import CALLOUT_USER
from services.access.principal import Principal
from tests.integration.callout.configured import StubTokens

NOW = 1_800_000_000.0
SERVER = "N1"


def connection(cid: int, *, jti: str | None = "one", seconds: float = 600) -> Connection:
    return Connection(SERVER, cid, jti, int(NOW + seconds))


def known(*those: Connection) -> Connections:
    found = Connections()
    for each in those:
        found.remember(each)
    return found


def ended(connections: Connections, *revoked: str) -> list[int]:
    return [each.cid for each in connections.to_end(NOW, lambda token: token in revoked)]


def test_those_end_whose_token_expires_in_a_moment() -> None:
    assert ended(known(connection(1), connection(2, seconds=KICK_BEFORE_SECONDS))) == [2]


def test_those_end_whose_token_is_revoked() -> None:
    assert ended(known(connection(1), connection(2, jti="two"), connection(3, jti=None)), "two") == [2]


def test_what_was_not_ended_is_tried_again_until_it_is_forgotten() -> None:
    connections = known(connection(1, seconds=1))
    assert ended(connections) == ended(connections) == [1]
    connections.forget(connection(1))
    assert ended(connections) == []


def test_one_whose_token_has_expired_is_left_to_its_server() -> None:
    connections = known(connection(1, seconds=-1))
    assert ended(connections) == []
    assert len(connections) == 0


def test_the_name_of_a_user_tells_its_token_and_when_that_expires() -> None:
    principal = Principal(id="dana", kind="person", roles=frozenset(), token="one", expires=17)
    assert connection_of(SERVER, 4, CALLOUT_USER + principal.encoded()) == Connection(SERVER, 4, "one", 17)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "goals",
        "principal.",
        "principal.e30",
        "principal.ä",
        Principal(id="dana", kind="person", roles=frozenset(), expires=17).encoded(),
        CALLOUT_USER + Principal(id="dana", kind="person", roles=frozenset()).encoded(),
    ],
)
def test_a_name_that_the_callout_did_not_give_is_no_connection_of_its(name: str) -> None:
    assert connection_of(SERVER, 4, name) is None


class _Servers(Servers):
    """Servers that say what a test tells them to."""

    def __init__(self, *answers: Listed | NatsError):
        self._answers = iter(answers)

    async def admitted(self) -> Listed:
        found = next(self._answers)
        if isinstance(found, NatsError):
            raise found
        return found


def listed(*connections: Connection) -> Listed:
    return Listed({SERVER}, {*connections})


class TestLooking:
    async def looked(self, connections: Connections, *answers: Listed | NatsError) -> None:
        looking = Ending(connections, _Servers(*answers), StubTokens())
        for _ in answers:
            await looking.look()

    async def test_finds_what_others_have_admitted(self) -> None:
        connections = known(connection(1))
        await self.looked(connections, listed(connection(1), connection(2)))
        assert {each.cid for each in connections} == {1, 2}

    async def test_forgets_what_is_missing_twice_in_a_row(self) -> None:
        connections = known(connection(1), connection(2))
        await self.looked(connections, listed(connection(1)), listed(connection(1)))
        assert {each.cid for each in connections} == {1}

    async def test_keeps_what_comes_back(self) -> None:
        connections = known(connection(1))
        await self.looked(connections, listed(), listed(connection(1)), listed())
        assert {each.cid for each in connections} == {1}

    @pytest.mark.parametrize(
        "silence", [Listed(set(), set()), NatsError("lost")], ids=["nobody answers", "no connection"]
    )
    async def test_forgets_nothing_where_nobody_answers(self, silence: Listed | NatsError) -> None:
        connections = known(connection(1))
        await self.looked(connections, listed(), silence, silence)
        assert {each.cid for each in connections} == {1}
