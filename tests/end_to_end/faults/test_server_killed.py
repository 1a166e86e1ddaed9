"""nats-server is killed while everyone is at work, and comes back on its port with its data."""

from services.embedded_server import EmbeddedServer
from tests.end_to_end.faults.clients import Clients
from tests.end_to_end.faults.conftest import Moments
from tests.end_to_end.faults.record import assert_nothing_is_lost
from tests.end_to_end.faults.seeds import seeds

KILLS = 3


@seeds(1)
async def test_a_server_killed_under_load_loses_nothing_that_was_answered(
    own_server: EmbeddedServer, clients: Clients, moments: Moments
) -> None:
    async with clients.at_work():
        for moment in moments(clients, KILLS):
            await clients.have_recorded(moment)
            await own_server.kill()
            await own_server.start()

    await assert_nothing_is_lost(own_server.url, clients.connection, clients.answers)
