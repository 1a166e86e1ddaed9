"""docs/nats_users.md: its code runs, and its table is what the callout gives."""

import re
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg

from events.log.client.connection import flush
from services.access.callout.permissions import permissions
from services.access.principal import Principal
from tests.integration.callout.configured import StubTokens, connect_user
from tests.integration.deploy.deployed import Deployed

PAGE = (Path(__file__).parents[3] / "docs" / "nats_users.md").read_text()
ROWS = dict(re.findall(r"^\| ([a-z][^|]*?) \| (.*) \|$", PAGE, re.MULTILINE))
SPOKEN_FOR = {"roles": {"system"}, "kind": "system", "speaks_for": {"clinician"}}


def _me(**who: Any) -> Principal:
    return Principal.model_validate({"id": "me", "kind": "person", "orgs": {"ORG"}} | who)


@pytest.mark.usefixtures("callout")
async def test_its_code_connects_and_submits(server: Deployed, tokens: StubTokens) -> None:
    tokens.add("secret", id="pt-1", roles={"patient"}, orgs={"northside"}, patient="pt-1")
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    example: dict[str, Any] = {}
    exec(code, example)  # noqa: S102 - the page's own code

    async def answer(message: Msg) -> None:
        await message.respond(b'{"status": "recorded"}')

    nc = await example["connect"](f"nats://127.0.0.1:{server.port}", "pt-1", lambda: "secret")
    async with connect_user(server, "goals") as goals:
        await goals.subscribe("cairn.submit.>", cb=answer)
        await flush(goals)
        outcome = await example["log_progress"](nc, {"subject": "northside.pt-1.walk"})
    await nc.close()
    assert outcome == {"status": "recorded"}


@pytest.mark.parametrize(
    ("row", "principal"),
    [
        ("patient", {"roles": {"patient"}, "patient": "PATIENT"}),
        ("clinician, supervisor", {"roles": {"clinician"}}),
        ("clinician, supervisor", {"roles": {"supervisor"}}),
        ("system that speaks for nobody", {"roles": {"system"}, "kind": "system"}),
        ("auditor", {"roles": {"auditor"}}),
        ("dashboard", {"roles": {"dashboard"}}),
    ],
    ids=str,
)
def test_its_table_is_what_is_given(row: str, principal: dict[str, Any]) -> None:
    given = permissions(_me(**principal), "ORG")
    assert given is not None
    publishes, hears = (set(re.findall(r"`([^`]+)`", cell)) for cell in f" {ROWS[row]}".split("|"))
    assert publishes == set(given.publish)
    assert hears == set(given.subscribe) - {"_INBOX_me.>"}


def test_a_system_that_speaks_for_somebody_is_as_its_clinicians() -> None:
    system, clinician = (permissions(_me(**who), "ORG") for who in (SPOKEN_FOR, {"roles": {"clinician"}}))
    assert system == clinician
    assert ROWS["system that speaks for somebody"] == "the same | the same"


@pytest.mark.parametrize("role", ["family", "operator"])
def test_who_is_not_admitted_there_is_given_nothing(role: str) -> None:
    assert role in next(name for name, row in ROWS.items() if "is not admitted" in row)
    assert permissions(_me(roles={role}), "ORG") is None
