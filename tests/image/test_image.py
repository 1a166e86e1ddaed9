"""The image, built of the lock and run as deploy/ says: as nobody in particular, on a root that it cannot write.

`make image`; it is part of no other target, because it needs root, gets podman with apt-get, and takes minutes.
"""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.identity import SUBMIT, GoalId
from events.log import connect
from tests.builders import active_goal, as_bytes
from tests.image.podman import CAIRN, HOUSE, Podman, running_podman
from tests.waiting import eventually

USER = "10001"
GRACE_SECONDS = 60
"""As compose.yaml, the manifests and the units have it."""
CLOSED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
"""As compose.yaml runs it."""
PASSWORDS = re.findall(r"^(CAIRN_NATS_\w+_PASSWORD)=", (HOUSE / "deploy/compose/env.example").read_text(), re.MULTILINE)
SETTINGS = {
    **{name: f"p{name.lower()}0123456789" for name in PASSWORDS},
    "CAIRN_OIDC_ISSUER": "https://login.clinic.example",
    "CAIRN_OIDC_AUDIENCE": "https://cairn.clinic.example/api",
}
_GOALS = """
from sqlite3 import connect
database = connect("file:/var/lib/cairn/cairn.db?mode=ro", uri=True)
print(database.execute("SELECT org, patient, goal, status FROM v_goal_current").fetchall())
"""
_READ = """
from sys import argv
from urllib.request import Request, urlopen
print(urlopen(Request(argv[1], headers={"Authorization": f"Bearer {argv[2]}"})).read().decode())
"""


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    """Podman with the image of this checkout."""
    with running_podman() as made:
        made.make_python()
        made.build(CAIRN)
        yield made


def said(podman: Podman, *command: str) -> str:
    return podman("run", "--rm", *CLOSED, CAIRN, *command).strip()


def test_it_is_nobody_in_particular(podman: Podman) -> None:
    assert said(podman, "id", "--user") == said(podman, "id", "--group") == USER
    assert "CapEff:\t0000000000000000" in said(podman, "cat", "/proc/self/status")


def test_it_has_cairn_and_nats_server_and_nothing_that_installs(podman: Podman) -> None:
    assert said(podman, "cairn", "--version").startswith("cairn ")
    assert said(podman, "nats-server", "--version").startswith("nats-server: v2.")
    listed = said(podman, "ls", "/opt/cairn/bin", "/opt/cairn/lib/python3.11/site-packages").split()
    assert [name for name in listed if name.startswith(("pip", "setuptools"))] == []


async def test_a_whole_cairn_runs_within_the_limits_of_its_container(podman: Podman) -> None:
    """One core, 512 MiB, a root that cannot be written, no /tmp, and its data in a volume."""
    limits = ("--read-only-tmpfs=false", "--cpus", "1", "--memory", "512m", "--volume", "data:/var/lib/cairn")
    podman("run", "--detach", "--name", "whole", *CLOSED, *limits, CAIRN, "cairn", "up")
    inside = ("exec", "whole")
    await eventually(lambda: "ready nats=" in podman("logs", "whole"), within=90)
    assert podman(*inside, "python", "-c", "from events.log.cores import cores; print(cores())").strip() == "1"
    assert podman(*inside, "sh", "-c", "touch /x /tmp/x 2>&1; true").count("Read-only file system") == 2
    made = podman(
        *inside, *["cairn", "token", "create", "--role", "clinician", "--org", "northside", "--actor", "me", "--plain"]
    )
    reviews = "http://127.0.0.1:8080/v1/orgs/northside/reviews?status=overdue"
    assert from_json(podman(*inside, "python", "-c", _READ, reviews, made.strip()))["items"]
    ends_in_peace(podman, "whole")


async def test_every_service_of_compose_runs_in_a_container_of_its_own(podman: Podman) -> None:
    podman.compose(SETTINGS, "up", "--no-build", "--detach")
    async with httpx.AsyncClient(base_url="http://127.0.0.1:8080") as gateway:

        async def ready() -> bool:
            try:
                return (await gateway.get("/readyz")).is_success
            except httpx.TransportError:
                return False

        await eventually(ready, within=120)
    for service in ("nats", "gateway"):
        podman("healthcheck", "run", f"cairn_{service}_1")
    goal_id = GoalId("northside", "pt-1", "walk")
    organisation = await connect(
        f"nats://northside:{SETTINGS['CAIRN_NATS_NORTHSIDE_PASSWORD']}@127.0.0.1:4222", name="tests"
    )
    for each in active_goal(goal_id, time=datetime.now(UTC)):
        answer = await organisation.request(
            each.goal_id.on(SUBMIT), as_bytes(each), timeout=20, headers={"content-type": STRUCTURED}
        )
        assert from_json(answer.data)["status"] == "recorded"
    await organisation.close()
    recorded = str([("northside", "pt-1", "walk", "active")])
    await eventually(lambda: podman("exec", "cairn_gateway_1", "python", "-c", _GOALS).strip() == recorded, within=30)
    running = podman.states()
    assert len(running) == 9, running
    assert all(state.startswith("Up ") for state in running.values()), running
    ends_in_peace(podman, *running)


def ends_in_peace(podman: Podman, *containers: str) -> None:
    """Each ends when it is told to, before it is killed, and says that all is well."""
    began = time.monotonic()
    podman("stop", "--time", str(GRACE_SECONDS), *containers)
    assert time.monotonic() - began < GRACE_SECONDS
    states = podman.states()
    assert {name: states[name].split(") ")[0] for name in containers} == dict.fromkeys(containers, "Exited (0")
    podman.remove(*reversed(containers))
