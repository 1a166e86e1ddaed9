"""What a patient allows a family member counts from the log, at once, and tells nothing of consents to others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from events.plan import types as p
from events.plan.consent_terms import Until
from projections.engine.database import open_database
from services.access.principal import Principal
from services.gateway.access.consents import consents_for, types_left_out, with_own_consents
from services.gateway.gateway import Gateway, open_gateway
from services.settings import Settings
from tests.builders import event, opened
from tests.conftest import Submit
from tests.consents import HOSPITAL, SISTER, consent
from tests.integration.gateway.http import Http
from tests.tokens import bearing

NOW = datetime.now(UTC)
YESTERDAY = {"by": "p1", "on": NOW.date() - timedelta(days=1)}


@pytest.fixture
async def here(nc: ResilientClient, settings: Settings, goals_service: None) -> AsyncIterator[Gateway]:
    """A gateway without any projection behind it."""
    engine = open_database(settings.database_address)
    async with open_gateway(nc, engine) as gateway:
        yield gateway
    engine.dispose()


def sister(org: str, id_: str = SISTER.id) -> Principal:
    return Principal(id=id_, kind="person", roles=frozenset({"family"}), orgs=frozenset({org}))


async def test_a_family_member_may_what_consents_in_force_allow_until_they_are_revoked(
    here: Gateway, submit: Submit, org: str
) -> None:
    plan = GoalId(org, "p1", "plan")
    until = Until(on=NOW.date() + timedelta(days=9))
    await submit(event(plan, opened(), role="clinician", actor="c1"))
    await submit(event(plan, consent(signed=YESTERDAY, until=until), time=NOW))

    assert await consents_for(here.logs, sister(org), org, "p1") == {"goals", "schedule"}
    assert await consents_for(here.logs, sister(org, "brother-1"), org, "p1") == frozenset()
    assert await consents_for(here.logs, sister(org), org, "p2") == frozenset()
    assert await consents_for(here.logs, sister("elsewhere"), org, "p1") == frozenset()

    await submit(event(plan, p.ConsentRevoked(consent="c1"), time=datetime.now(UTC)))

    assert await consents_for(here.logs, sister(org), org, "p1") == frozenset()


def test_a_plan_tells_family_of_consents_to_themselves_alone() -> None:
    plan = {"version": 3, "consents": [{"recipient": {"id": each}} for each in (SISTER.id, "probation")]}
    clinician = Principal(id="c1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"o"}))

    assert with_own_consents(sister("o"), "o", "p1", plan) == {**plan, "consents": [{"recipient": {"id": SISTER.id}}]}
    assert with_own_consents(clinician, "o", "p1", plan) == plan


def test_a_history_tells_family_nothing_of_consents_and_disclosures() -> None:
    clinician = Principal(id="c1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"o"}))

    assert types_left_out(sister("o"), "o", "p1") >= {"cairn.plan.consent_given.v1", "cairn.plan.disclosed.v1"}
    assert types_left_out(sister("o"), "o", "p1").isdisjoint({"cairn.plan.opened.v1", "cairn.plan.measured.v1"})
    assert types_left_out(clinician, "o", "p1") == frozenset()


async def test_family_reads_what_is_allowed_over_http_until_it_is_revoked(http: Http, org: str) -> None:
    plan = GoalId(org, "p1", "plan")
    until = Until(on=NOW.date() + timedelta(days=9))
    terms = {"signed": YESTERDAY, "until": until, "what": ("goals", "history")}
    last = await http.record(
        event(plan, opened(), role="clinician", actor="c1"),
        event(plan, consent("c1", **terms), time=NOW),
        event(plan, consent("c2", **{**terms, "recipient": HOSPITAL}), time=NOW),
    )
    family = bearing(sister(org))
    path, seen = f"/v1/orgs/{org}/patients/p1", {"min_position": str(last)}

    async def asked(what: str, **query: str) -> httpx.Response:
        return await http.client.get(f"{path}/{what}", params=query, headers=family)

    assert [each["consent"] for each in (await asked("plan", **seen)).json()["consents"]] == ["c1"]
    told = (await asked("goals/plan/history", **seen)).json()["items"]
    assert [each["type"] for each in told] == ["cairn.plan.opened.v1"]
    changed = (await asked("goals/plan/diff", **{"from": "0", "to": "3", **seen})).json()
    assert "general" not in str(changed)
    assert (await asked("disclosures")).status_code in (403, 404)
    resources = await http.client.get("/fhir/R4/Provenance", params={"patient": f"{org}.p1"}, headers=family)
    assert [each["resource"]["activity"]["coding"][0]["code"] for each in resources.json()["entry"]] == [
        "cairn.plan.opened.v1"
    ]
    await http.record(event(plan, p.Measured(instrument="mood", score=6, on=NOW.date()), time=datetime.now(UTC)))
    query = {"after": "0", "org": org, "patient": "p1"}
    live: list[str] = []
    async with http.client.stream("GET", "/v1/feed", params=query, headers=family) as feed:
        async for line in feed.aiter_lines():
            live += [line] if line.startswith("event:") else []
            if line == "event: cairn.plan.measured.v1":
                break
    assert live == ["event: cairn.plan.opened.v1", "event: cairn.plan.measured.v1"]

    await http.record(event(plan, p.ConsentRevoked(consent="c1"), time=datetime.now(UTC)))

    assert (await asked("plan")).status_code in (403, 404)
