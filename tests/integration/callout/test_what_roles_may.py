"""What each role can publish and hear over NATS, as the server sees it: the whole list of subjects, for every role."""

from itertools import product
from typing import Any

import pytest

from events.log.client.connection import flush
from services.access.principal import Role
from tests.integration.callout.configured import StubTokens, client, connect_user
from tests.integration.deploy.deployed import Deployed

pytestmark = pytest.mark.usefixtures("callout")

ORG, OWN, OTHER = "northside", "pt-1", "pt-2"
OWN_PATIENT, WHOLE_ORGANISATION = (f"{ORG}.{OWN}",), (f"{ORG}.{OWN}", f"{ORG}.{OTHER}", ORG)
STRANGERS = ("southside.pt-1", "southside", "*.pt-1", "*")
"""Whose subjects nobody of northside gets."""
SUBMITTED = ("cairn.submit", "cairn.intake")
HEARD = ("cairn.feed", "cairn.outcome", "cairn.notice")
NEVER_PUBLISHED = (
    *(f"{prefix}.{ORG}.{OWN}.walk" for prefix in ("cairn.log", "cairn.feed", "cairn.outcome", "cairn.notice")),
    *(f"{prefix}.{ORG}.{OWN}.walk" for prefix in ("cairn.forwarded", "cairn.void", "cairn.rejected")),
    *("cairn.access.northside", "cairn.read", "cairn.checkpoint.goal_state", "cairn.replaced.goal_state"),
    *("$JS.API.INFO", "$JS.API.STREAM.INFO.CAIRN_LOG", "$JS.API.DIRECT.GET.CAIRN_LOG", "$JS.API.STREAM.NAMES"),
    *("$JS.API.CONSUMER.CREATE.CAIRN_LOG", "$JS.ACK.CAIRN_INTAKE.x.1.1.1.1.0", "$KV.cairn_snapshots.a.b.c"),
    *("$SYS.REQ.USER.AUTH", "$SYS.REQ.SERVER.PING", "_INBOX.abc", "_INBOX_somebody.abc", "_R_.abc", "anything"),
)
NEVER_HEARD = (
    *(">", "*", "cairn.>", "cairn.*.northside.>", "_INBOX.>", "_INBOX_somebody.>", "_INBOX_somebody.*", "$JS.>"),
    *("$SYS.>", "cairn.log.>", "cairn.access.>", "cairn.forwarded.>", "cairn.void.>", "cairn.read", "anything"),
    *(f"{prefix}.{ORG}.>" for prefix in ("cairn.submit", "cairn.intake", "cairn.log", "cairn.rejected")),
)
NONE: tuple[str, ...] = ()

MAY: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "patient": (
        {"roles": {"patient"}, "patient": OWN},
        OWN_PATIENT,
        {"cairn.feed": OWN_PATIENT, "cairn.outcome": OWN_PATIENT, "cairn.notice": OWN_PATIENT},
    ),
    **{
        role: (
            {"roles": {role}},
            WHOLE_ORGANISATION,
            dict.fromkeys(HEARD, WHOLE_ORGANISATION),
        )
        for role in ("clinician", "supervisor")
    },
    "system": (
        {"kind": "system", "roles": {"system"}, "speaks_for": {"clinician"}},
        WHOLE_ORGANISATION,
        dict.fromkeys(HEARD, WHOLE_ORGANISATION),
    ),
    "system that speaks for nobody": (
        {"kind": "system", "roles": {"system"}},
        NONE,
        {"cairn.feed": WHOLE_ORGANISATION, "cairn.notice": WHOLE_ORGANISATION},
    ),
    "auditor": ({"roles": {"auditor"}}, NONE, {"cairn.feed": WHOLE_ORGANISATION, "cairn.notice": WHOLE_ORGANISATION}),
    "dashboard": ({"roles": {"dashboard"}}, NONE, {"cairn.notice": WHOLE_ORGANISATION}),
    "dashboard without words": ({"roles": {"dashboard"}, "words": False}, NONE, {"cairn.notice": WHOLE_ORGANISATION}),
    "auditor without words": ({"roles": {"auditor"}, "words": False}, NONE, {"cairn.notice": WHOLE_ORGANISATION}),
    "patient who runs it as well": (
        {"roles": {"patient", "operator"}, "patient": OWN},
        OWN_PATIENT,
        {"cairn.feed": OWN_PATIENT, "cairn.outcome": OWN_PATIENT, "cairn.notice": OWN_PATIENT},
    ),
}
"""Whom a role may publish for, and hear about, under each prefix. Family and operator are refused at all."""


def test_every_role_is_in_the_table() -> None:
    assert {*Role.__args__} - {"family", "operator"} <= {*MAY}  # type: ignore[attr-defined]  # of a Literal


@pytest.mark.parametrize("name", MAY)
async def test_it_publishes_so_much_and_no_more(server: Deployed, tokens: StubTokens, name: str) -> None:
    principal, publishes, _ = MAY[name]
    tokens.add("walker", orgs={ORG}, **principal)
    wanted = {f"{prefix}.{whose}.walk" for prefix, whose in product(SUBMITTED, publishes) if whose != ORG}
    asked = {f"{prefix}.{whose}.walk" for prefix in SUBMITTED for whose in (*WHOLE_ORGANISATION[:2], "southside.pt-1")}
    async with client(server, "walker") as walker:
        allowed = {subject for subject in [*sorted(asked), *NEVER_PUBLISHED] if await walker.may_publish(subject)}
    assert allowed == wanted


@pytest.mark.parametrize("name", MAY)
async def test_it_hears_so_much_and_no_more(server: Deployed, tokens: StubTokens, name: str) -> None:
    principal, _, hears = MAY[name]
    tokens.add("walker", orgs={ORG}, **principal)
    wanted = {f"{prefix}.{whose}.>" for prefix, all_of_them in hears.items() for whose in all_of_them}
    asked = {f"{prefix}.{whose}.>" for prefix in HEARD for whose in (*WHOLE_ORGANISATION, *STRANGERS)}
    async with client(server, "walker") as walker:
        allowed = {subject for subject in [*sorted(asked), *NEVER_HEARD] if await walker.may_subscribe(subject)}
        assert await walker.may_subscribe("_INBOX_walker.>")
    assert allowed == wanted


async def test_a_patient_hears_its_own_feed_and_nobody_elses(server: Deployed, tokens: StubTokens) -> None:
    tokens.add("p1", roles={"patient"}, orgs={ORG}, patient=OWN)
    async with connect_user(server, "goals") as goals, client(server, "p1") as patient:
        feed = await patient.nc.subscribe(f"cairn.feed.{ORG}.{OWN}.>")
        await flush(patient.nc)
        await goals.publish(f"cairn.feed.{ORG}.{OTHER}.walk", b"other")
        await goals.publish(f"cairn.feed.{ORG}.{OWN}.walk", b"own")
        assert (await feed.next_msg(5)).data == b"own"


async def test_nobody_hears_the_answers_that_come_into_another_users_inbox(
    server: Deployed, tokens: StubTokens
) -> None:
    tokens.add("p1", roles={"patient"}, orgs={ORG}, patient=OWN)
    tokens.add("p2", roles={"patient"}, orgs={ORG}, patient=OTHER)

    async def answer(message: object) -> None:
        await message.respond(b"for p1")  # type: ignore[attr-defined]  # nats-py's message

    async with connect_user(server, "goals") as goals, client(server, "p1") as one, client(server, "p2") as two:
        await goals.subscribe("cairn.submit.>", cb=answer)
        await flush(goals)
        assert (await one.nc.request(f"cairn.submit.{ORG}.{OWN}.walk", b"{}", timeout=5)).data == b"for p1"
        assert not await two.may_subscribe("_INBOX_p1.>")
        assert not await two.may_subscribe("_INBOX_p1.*.*")


async def test_the_acknowledgement_of_a_durable_submission_reaches_its_sender(
    server: Deployed, tokens: StubTokens
) -> None:
    tokens.add("p1", roles={"patient"}, orgs={ORG}, patient=OWN)
    async with connect_user(server, "operator") as operator, client(server, "p1") as patient:
        await operator.jetstream().add_stream(name="INTAKE", subjects=["cairn.intake.>"])
        kept = await patient.nc.jetstream().publish(f"cairn.intake.{ORG}.{OWN}.walk", b"{}")
        assert kept.stream == "INTAKE"
        await operator.jetstream().delete_stream("INTAKE")
