"""Who submits is the server's word, and the policy goes by it: whatever else a sender writes changes nothing."""

import asyncio
import json
from dataclasses import replace

import pytest
from nats.errors import NoRespondersError
from nats.js.errors import APIError

from events.event import Event
from events.goal import types as g
from events.goal.types import GoalPayload
from events.identity import FORWARDED, INTAKE, SUBMIT, VOID, WAITING, GoalId
from events.plan import types as p
from services.access.principal import everyone_of
from tests.builders import TODAY, active_goal, as_bytes, entry, event, opened, proposed
from tests.consents import SISTER as NAMED_SISTER
from tests.consents import consent
from tests.integration.submitters.conftest import (
    DANA,
    DANA_IN_SOUTH,
    PATIENT,
    PATIENT_IN_SOUTH,
    SISTER,
    Clinic,
    Senders,
    user_of,
)

WALK = GoalId("north", "p1", "walk")
AS_DANA = {"Nats-Request-Info": json.dumps({"acc": "NORTH", "user": user_of(DANA)})}
AS_THE_HOUSE = {"cairn-principal": everyone_of(frozenset(), "node").encoded()}


@pytest.fixture(scope="session")
async def walk(clinic: Clinic) -> GoalId:
    """An active goal of the patient p1, set up by the clinic's own system."""
    senders = Senders(clinic)
    north = await senders("north")
    for each in active_goal(WALK):
        actor = each.actor.model_copy(update={"id": "p1" if each.actor.role == "patient" else "dana"})
        assert (await north.submit(replace(each, actor=actor)))["status"] == "recorded"
    await senders.close()
    return WALK


def by_dana(data: GoalPayload) -> Event:
    return event(WALK, data, role="clinician", actor="dana")


FORBIDDEN = {
    "agree as the clinician": by_dana(g.Agreed()),
    "strike a goal out in a clinician's name": by_dana(g.EnteredInError(reason="Not mine")),
    "strike a goal out": event(WALK, g.EnteredInError(reason="Not mine")),
    "review": event(WALK, g.Reviewed(on=TODAY, participants=("patient",), decision="keep")),
    "log as another patient": event(WALK, entry("x"), actor="p2"),
    "log for another patient": event(GoalId("north", "p2", "walk"), entry("x"), actor="p2"),
    "log for another patient under their own name": event(GoalId("north", "p2", "walk"), entry("x")),
    "log as a relative": event(WALK, entry("x"), role="family", actor="sis"),
    "say that somebody else typed": replace(event(WALK, entry("x")), entered_by="dana"),
}
_REVIEWED_BY_DANA = by_dana(g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep"))
FORGED = {
    "nothing": {},
    "the server's word": AS_DANA,
    "the word of a service": AS_THE_HOUSE,
    "both": {**AS_DANA, **AS_THE_HOUSE},
    "the server's word in another spelling": {"nats-request-info": AS_DANA["Nats-Request-Info"]},
    "who submits": {"ce-submittedby": "dana", "ce-submitterrole": "clinician"},
}


@pytest.mark.usefixtures("walk")
class TestAPatientsApp:
    @pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
    @pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
    async def test_is_denied_what_is_not_the_patients_own(
        self, clinic: Clinic, sender: Senders, forbidden: Event, forged: dict[str, str]
    ) -> None:
        before = await clinic.last()
        outcome = await (await sender(PATIENT)).submit(forbidden, forged)

        assert (outcome["status"], outcome["code"]) == ("rejected", "access.denied")
        assert len(outcome["errors"]) == 1
        assert await clinic.last() == before

    @pytest.mark.parametrize("forbidden", FORBIDDEN.values(), ids=FORBIDDEN)
    async def test_is_denied_it_also_where_it_waits(self, clinic: Clinic, sender: Senders, forbidden: Event) -> None:
        before = await clinic.last()
        outcome = await (await sender(PATIENT)).hand_in(forbidden, {**AS_DANA, **AS_THE_HOUSE})

        assert (outcome["status"], outcome["code"]) == ("rejected", "access.denied")
        assert await clinic.last() == before

    async def test_is_denied_an_event_that_somebody_else_has_submitted(self, clinic: Clinic, sender: Senders) -> None:
        reviewed = replace(_REVIEWED_BY_DANA, id="reviewed")
        dana, app = await sender(DANA), await sender(PATIENT)

        assert (await dana.submit(reviewed))["status"] == "recorded"
        assert (await app.submit(reviewed))["code"] == "access.denied"
        assert (await dana.submit(reviewed))["duplicate"] is True

    async def test_submits_what_is_the_patients_own(self, clinic: Clinic, sender: Senders) -> None:
        app = await sender(PATIENT)
        forged = {"submittedby": "dana", "submitterrole": "clinician"}

        assert (await app.submit(event(WALK, entry("own-1")), AS_DANA, **forged))["status"] == "recorded"
        assert (await app.hand_in(event(WALK, entry("own-2")), AS_THE_HOUSE))["status"] == "recorded"

        own = [each.event for each in await clinic.events(WALK) if isinstance(each.data, g.ProgressLogged)]
        assert {(each.submitted_by, each.submitter_role) for each in own} == {("p1", "patient")}
        assert [each.extensions for each in own] == [{}, {}]

    async def test_reaches_nothing_but_what_its_account_imports(self, sender: Senders) -> None:
        app = await sender(PATIENT)
        for subject in (WALK.on(FORWARDED), WALK.on(WAITING), WALK.on(VOID), "cairn.submit.south.p1.walk"):
            with pytest.raises(NoRespondersError):
                await app.nc.request(subject, as_bytes(event(WALK, entry("x"))), headers=AS_THE_HOUSE)

    async def test_cannot_name_itself_twice(self, clinic: Clinic) -> None:
        before = await clinic.last()
        info = AS_DANA["Nats-Request-Info"].encode()
        word = b"Nats-Request-Info: %b\r\n" % info
        answers = [
            await clinic.raw(PATIENT, b"NATS/1.0\r\n%b\r\n" % (word * times), _REVIEWED_BY_DANA) for times in (2, 3)
        ]

        assert all(b"access.denied" in answer for answer in answers)
        assert await clinic.last() == before


class TestAUserOfTheServer:
    @pytest.mark.usefixtures("walk")
    async def test_that_nobody_named_is_denied(self, sender: Senders) -> None:
        stranger = await sender("stranger")

        assert (await stranger.submit(event(WALK, entry("x")), AS_DANA))["code"] == "access.denied"
        with pytest.raises(APIError, match=r"access\.denied"):
            await stranger.nc.jetstream().publish(WALK.on(INTAKE), b"{}", headers=AS_THE_HOUSE)

    async def test_that_has_the_name_of_one_of_another_account_is_denied(self, sender: Senders) -> None:
        plan = event(GoalId("south", "p1", "plan"), opened(), role="clinician", actor="dana")

        assert (await (await sender("southern")).submit(plan))["code"] == "access.denied"

    async def test_that_belongs_to_two_organisations_speaks_in_each_account_for_that_one(
        self, clinic: Clinic, sender: Senders
    ) -> None:
        plan = event(GoalId("south", "p9", "plan"), opened(), role="clinician", actor="dana")
        dana = await sender(DANA_IN_SOUTH)

        assert (await dana.submit(plan))["status"] == "recorded"
        [kept] = await clinic.events(plan.goal_id)
        assert (kept.event.submitted_by, kept.event.submitter_role) == ("dana", "clinician")

    async def test_of_an_organisation_is_nobody_in_the_account_of_another(self, sender: Senders) -> None:
        plan = event(GoalId("south", "p1", "plan"), opened(), role="clinician", actor="p1")

        assert (await (await sender(PATIENT_IN_SOUTH)).submit(plan))["code"] == "access.denied"

    async def test_of_the_house_whose_word_the_server_does_not_give_is_denied(self, clinic: Clinic) -> None:
        plan = event(GoalId("north", "p1", "plan"), opened(), role="clinician", actor="dana")
        body = as_bytes(plan)
        for subject in (plan.goal_id.on(SUBMIT), plan.goal_id.on(FORWARDED)):
            answer = await clinic.house.request(subject, body, timeout=10)
            assert json.loads(answer.data)["code"] == "access.denied"
        void = json.dumps({"position": 1, "reason": "x", "actor": "op"}).encode()
        answer = await clinic.house.request(WALK.on(VOID), void, timeout=10)
        assert json.loads(answer.data)["code"] == "access.denied"


class TestWhatIsRecorded:
    async def test_names_a_patients_agreement_and_the_clinician_who_enters_it(
        self, clinic: Clinic, sender: Senders
    ) -> None:
        read = GoalId("north", "p3", "read")
        dana = await sender(DANA)
        for each in (
            event(read.plan, opened(), role="clinician", actor="dana"),
            event(read, proposed(), role="clinician", actor="dana"),
            event(read, g.Agreed(), actor="p3"),
        ):
            assert (await dana.submit(each))["status"] == "recorded"

        agreed = (await clinic.events(read))[-1].event
        assert (agreed.actor.id, agreed.actor.role) == ("p3", "patient")
        assert (agreed.submitted_by, agreed.submitter_role) == ("dana", "clinician")

    async def test_names_cairn_for_what_follows_by_itself(self, clinic: Clinic, walk: GoalId) -> None:
        follows = [each.event for each in await clinic.events(walk) if each.event.cause is not None]

        assert follows
        assert {(each.submitted_by, each.submitter_role) for each in follows} == {("cairn", "system")}

    async def test_can_be_read_and_submitted_again_as_the_same_event(self, clinic: Clinic, sender: Senders) -> None:
        north = await sender("north")
        plan = event(GoalId("north", "p4", "plan"), opened(), role="clinician", actor="dana")
        first = await north.submit(plan)
        [kept] = await clinic.events(plan.goal_id)

        again = await north.submit(plan, submittedby=kept.event.submitted_by, submitterrole="system", version=1)

        assert again == {**first, "duplicate": True}


class TestAFamilyMember:
    async def test_contributes_while_the_patient_allows_it(self, clinic: Clinic, sender: Senders) -> None:
        plan, swim = GoalId("north", "p5", "plan"), GoalId("north", "p5", "swim")
        dana, sister = await sender(DANA), await sender(SISTER)
        told = event(swim, proposed(), role="family", actor="sis")
        await dana.submit(event(plan, opened(), role="clinician", actor="dana"))

        assert (await sister.submit(told))["code"] == "access.denied"
        recipient = NAMED_SISTER.model_copy(update={"id": "sis"})
        given = consent("c1", recipient=recipient, what=("contribute",), signed={"by": "p5", "on": TODAY})
        assert (await dana.submit(event(plan, given, actor="p5")))["status"] == "recorded"
        assert (await sister.submit(told))["status"] == "recorded"
        assert (await sister.submit(event(swim, g.Agreed(), role="family", actor="sis")))["code"] == "access.denied"
        revoked = p.ConsentRevoked(consent="c1")
        assert (await dana.submit(event(plan, revoked, actor="p5")))["status"] == "recorded"
        assert (await sister.submit(told))["code"] == "access.denied"


async def test_nothing_is_lost_of_what_a_known_sender_hands_in(clinic: Clinic, sender: Senders) -> None:
    plan = event(GoalId("north", "p6", "plan"), opened(), role="clinician", actor="dana")
    other = event(GoalId("north", "p7", "plan"), opened(), role="clinician", actor="dana")
    outcomes = await asyncio.gather(*[(await sender(DANA)).hand_in(each) for each in (plan, other)])

    assert [outcome["status"] for outcome in outcomes] == ["recorded", "recorded"]
    assert [each.event.submitted_by for each in await clinic.events(plan.goal_id)] == ["dana"]
