"""In the accounts of deploy/nats, a goals service is heard that misses something in the log."""

from pathlib import Path

from events.log import Log, declare_log
from events.log.client.connection import flush
from events.log.comparison import GOALS, LogComparison, compared
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from services.embedded_server import free_port
from services.goals.remembered_log import RememberedLog
from services.goals.watch import Watch
from tests.integration.deploy.deployed import configuration, connected, environment, start


async def test_other_goals_services_and_the_operator_hear_it(tmp_path: Path) -> None:
    server = await start(configuration(tmp_path) / "server.conf", environment(tmp_path, free_port()))
    try:
        async with connected(server, "goals", "goals", "log_operator") as [one, another, operator]:
            await declare_log(one.nc)
            log, snapshots = Log(one.nc), Snapshots(one.nc)
            await snapshots.declare()
            remembered = RememberedLog(STREAM, log, snapshots)
            watch = Watch(one.nc, STREAM, log, remembered, snapshots.empty)
            heard = await another.nc.subscribe("cairn.replaced.*")
            await flush(another.nc)
            remembered.heard(LogComparison(projection=GOALS, stream=STREAM, replaced=True, position=7))

            await watch.look()
            await remembered.keep()

            assert watch.health.state == "replaced"
            said = LogComparison.model_validate_json((await heard.next_msg(timeout=10)).data)
            assert (said.replaced, said.position, said.head) == (True, 7, 0)
            for asking in (another, operator):
                assert await compared(asking.nc, STREAM, first=10, further=0) == [said]
            assert await snapshots.last_known(STREAM) is not None
            assert not [*one.refused, *another.refused, *operator.refused]
            await log.close()
            await snapshots.close()
    finally:
        await server.kill()
