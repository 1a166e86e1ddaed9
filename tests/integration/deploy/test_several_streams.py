"""The accounts of deploy/nats where the log has two streams, prepared as deploy/README.md says."""

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js.errors import NotFoundError
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.identity import FORWARDED, NOTICE, GoalId
from events.log import connect
from events.log.placement import Placement
from services.access.issuer.recording import issue_token
from services.access.issuer.signing_key import signing_key
from services.access.principal import HEADER, Principal, everyone_of
from services.embedded_server import free_port
from tests.builders import active_goal, as_bytes
from tests.integration.deploy.conftest import serving
from tests.integration.deploy.deployed import CONFIGURATION, Deployed, configuration, connected, environment, start
from tests.waiting import eventually

A, B = "CAIRN_LOG_A", "CAIRN_LOG_B"
PLACEMENT = Placement({A: ["northside"], B: ["riverside"]})
WHOEVER = everyone_of(frozenset(), "gateway")


@pytest.fixture
async def deployed(tmp_path: Path) -> AsyncIterator[Deployed]:
    config = configuration(tmp_path)
    readme = (CONFIGURATION.parent / "README.md").read_text()
    (command,) = re.findall(r"^sed .* accounts\.conf$", readme, re.MULTILINE)
    subprocess.run(["bash", "-c", command], cwd=config, check=True)  # noqa: ASYNC221 - before anything runs
    assert 'CAIRN_LOG"' not in (config / "accounts.conf").read_text()
    server = await start(config / "server.conf", environment(tmp_path, free_port()))
    yield server
    await server.kill()


@pytest.fixture
async def services(deployed: Deployed, tmp_path: Path) -> AsyncIterator[Path]:
    async with serving(deployed, tmp_path / "data", PLACEMENT, goals_on=([A], [B])):
        yield tmp_path / "data"


@pytest.mark.parametrize("org", ["northside", "riverside"])
async def test_every_service_may_do_its_work_on_each_stream(deployed: Deployed, services: Path, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    clinician = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({org}))
    operators = await connect(deployed.url("log_operator"), name="tests")
    made = await issue_token(operators, signing_key(services), clinician, seconds=600, by="ada")
    async with connected(deployed, "gateway", "operator", "stream_operator") as [gateway, operator, others]:
        headers = {"content-type": STRUCTURED, HEADER: WHOEVER.encoded()}
        for each in active_goal(goal_id):
            subject = each.goal_id.on(FORWARDED)
            reply = await gateway.nc.request(subject, as_bytes(each), timeout=20, headers=headers)
            outcome = from_json(reply.data)
            assert outcome["status"] == "recorded"
        position = outcome["events"][-1]["position"]
        path = f"/v1/orgs/{org}/goals?min_position={position}"
        bearer = {"authorization": f"Bearer {made.text}"}
        read = from_json((await operator.nc.request("cairn.read", path.encode(), timeout=20, headers=bearer)).data)
        assert [each["status"] for each in read["items"]] == ["active"]
        notices = others.nc.jetstream(domain="reminders")

        async def told() -> bool:
            try:
                return bool((await notices.get_last_msg("CAIRN_NOTICES", goal_id.on(NOTICE), direct=False)).data)
            except NotFoundError:
                return False

        await eventually(told, within=20)
    await operators.close()
