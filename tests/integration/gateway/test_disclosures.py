"""What goes outside is on record first, and goes only with a consent in force or on a stated ground."""

import asyncio
import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.event import Event
from events.identity import GoalId
from events.log import Log
from events.outcome import RejectedOutcome
from events.plan import types as p
from events.plan.consent_terms import Until
from events.plan.grounds import Emergency
from events.plan.types import Disclosed
from services.cli.export_fhir import fhir as export
from services.cli.import_fhir import fhir as import_
from services.disclosure.notice import NOTICE
from tests.builders import active_goal, entry, event, opened
from tests.conftest import Submit
from tests.consents import HOSPITAL, TREATMENT, consent, disclosed
from tests.end_to_end.node import HOUSE, start_cairn
from tests.forked import cairn
from tests.integration.gateway.http import Http
from tests.waiting import eventually

Json = dict[str, Any]  # Any: JSON as it was written
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
TO_HOSPITAL = ("--to", "general", "--to-name", "General Hospital", "--purpose", "TREAT")
YEARS_AGO = NOW - 4 * 365 * DAY
UNCONSCIOUS = Emergency(section="2.51", reason="Found so", facility="General", nature="Overdose", at=YEARS_AGO)
EMERGENCY = (*TO_HOSPITAL, "--ground", "emergency")


@pytest.fixture
async def walk(http: Http, org: str) -> GoalId:
    """A goal that is worked on."""
    goal = GoalId(org, "p1", "walk")
    await http.record(*active_goal(goal), event(goal, entry("e1", mood=6, note="As far as the lake")))
    return goal


def given(plan: GoalId, name: str = "c1", /, **fields: object) -> Event:
    """The patient lets the hospital have goals and their history for treatment; signed yesterday, for a month."""
    month = {"until": Until(on=NOW.date() + 30 * DAY), "signed": {"by": "p1", "on": NOW.date() - DAY}}
    terms = {"recipient": HOSPITAL, "purposes": (TREATMENT,), "what": ("goals", "history"), **month, **fields}
    return event(plan, consent(name, **terms), time=NOW)


async def exported(nats_url: str, goal: GoalId, *arguments: str) -> Result:
    """The export of a goal's patient."""
    asked = ("--org", goal.org, "--patient", goal.patient, "--nats-url", nats_url, *arguments)
    return await asyncio.to_thread(CliRunner().invoke, export, asked)


async def on_record(log: Log, goal: GoalId) -> list[Disclosed]:
    return [each.data for each in await log.read(goal.plan) if isinstance(each.data, Disclosed)]


def files_in(folder: Path) -> dict[str, int]:
    """The files of a folder, and who may read and write them."""
    return {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}


def lines(result: Result) -> list[Json]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


async def test_without_a_consent_nothing_goes_and_nothing_is_on_record(
    walk: GoalId, log: Log, nats_url: str, tmp_path: Path
) -> None:
    refused = await exported(nats_url, walk, *TO_HOSPITAL, "--output", str(tmp_path / "out.ndjson"))

    assert refused.exit_code == 1
    assert "access.consent_missing: No consent in force allows goals, history to general for TREAT." in refused.stderr
    assert files_in(tmp_path) == {}
    assert await on_record(log, walk) == []


@pytest.mark.parametrize("release", ["R4", "R5"])
async def test_with_a_consent_it_goes_with_notice_scope_and_labels_and_is_on_record(
    http: Http, walk: GoalId, log: Log, nats_url: str, release: str
) -> None:
    await http.record(given(walk.plan), given(walk.plan, "c2", recipient=HOSPITAL.model_copy(update={"id": "other"})))

    ran = await exported(
        nats_url,
        walk,
        *TO_HOSPITAL,
        "--version",
        release,
        "--format",
        "bundle",
        "--base-url",
        "http://x",
        "--by",
        "ann",
    )

    assert ran.exit_code == 0, ran.output
    bundle = json.loads(ran.stdout)
    (r5_model if release == "R5" else r4_model)("Bundle").model_validate(bundle)
    notice, scope, *told = [each["resource"] for each in bundle["entry"]]
    (recorded,) = await on_record(log, walk)
    text = b64decode(notice["content"][0]["attachment"]["data"]).decode()
    assert (notice["resourceType"], notice["description"], text.splitlines()[0]) == (
        "DocumentReference",
        NOTICE,
        NOTICE,
    )
    assert "Scope of the consent (42 CFR 2.32(b)):\nInformation: My goals and when we meet" in text
    assert (scope["resourceType"], scope["status"]) == ("Consent", "active")
    assert {each["resourceType"] for each in told} == {"Patient", "CarePlan", "Goal", "Observation", "Provenance"}
    for each in (bundle, notice, scope, *told):
        assert {"42CFRPart2", "NORDSCLCD"} < {label["code"] for label in each["meta"]["security"]}
    assert "other" not in json.dumps(told)
    assert (recorded.recipient.id, recorded.ground, recorded.what) == (
        "general",
        disclosed("c1").ground,
        ("goals", "history"),
    )


async def test_a_file_has_its_notice_beside_it_for_its_owner_only(
    http: Http, walk: GoalId, nats_url: str, tmp_path: Path
) -> None:
    await http.record(given(walk.plan))

    ran = await exported(nats_url, walk, *TO_HOSPITAL, "--output", str(tmp_path / "out.ndjson"))

    assert ran.exit_code == 0, ran.output
    notice = tmp_path / "out.ndjson.notice.txt"
    assert notice.read_text().startswith(f"{NOTICE}\n(42 CFR 2.32(a)")
    assert files_in(tmp_path) == {"out.ndjson": 0o600, "out.ndjson.notice.txt": 0o600}


async def test_a_consent_for_goals_alone_lets_no_history_go(http: Http, walk: GoalId, log: Log, nats_url: str) -> None:
    await http.record(given(walk.plan, what=("goals",)))

    refused = await exported(nats_url, walk, *TO_HOSPITAL)
    told = lines(await exported(nats_url, walk, *TO_HOSPITAL, "--without-history"))

    assert refused.exit_code == 1
    assert "Provenance" not in {each["resourceType"] for each in told}
    assert [each.what for each in await on_record(log, walk)] == [("goals",)]


async def test_a_consent_that_is_named_and_does_not_cover_it_is_refused_with_the_reason(
    http: Http, walk: GoalId, nats_url: str
) -> None:
    await http.record(given(walk.plan))

    refused = await exported(nats_url, walk, *TO_HOSPITAL[:-1], "HPAYMT", "--consent", "c1")

    assert refused.exit_code == 1
    assert "access.consent_missing: The consent is for another purpose than HPAYMT: TREAT." in refused.stderr


async def test_revoked_it_lets_nothing_more_go_and_what_went_stays_on_record(
    http: Http, walk: GoalId, log: Log, nats_url: str
) -> None:
    await http.record(given(walk.plan))
    lines(await exported(nats_url, walk, *TO_HOSPITAL))
    await http.record(event(walk.plan, p.ConsentRevoked(consent="c1"), time=datetime.now(UTC)))

    refused = await exported(nats_url, walk, *TO_HOSPITAL)
    named = await exported(nats_url, walk, *TO_HOSPITAL, "--consent", "c1")

    assert (refused.exit_code, named.exit_code) == (1, 1)
    assert "The consent was revoked." in named.stderr
    assert len(await on_record(log, walk)) == 1


@pytest.mark.parametrize(("days", "goes"), [(0, True), (-1, False)])
async def test_it_expires_with_its_last_day_where_the_patient_is_treated(
    http: Http, org: str, nats_url: str, days: int, goes: bool
) -> None:
    goal = GoalId(org, "p1", "walk")
    there = datetime.now(UTC) + timedelta(hours=14)  # as late as it gets anywhere
    until = Until(on=there.date() + days * DAY)
    signed = {"by": "p1", "on": NOW.date() - 3 * DAY}
    await http.record(
        event(goal.plan, opened(time_zone="Pacific/Kiritimati"), role="clinician", actor="c1"),
        given(goal.plan, until=until, signed=signed),
    )

    ran = await exported(nats_url, goal, *TO_HOSPITAL)

    assert (ran.exit_code == 0) == goes


async def test_an_emergency_needs_no_consent_but_all_that_the_law_asks_to_be_said(
    walk: GoalId, log: Log, nats_url: str
) -> None:
    unsaid = await exported(nats_url, walk, *EMERGENCY, "--reason", "Found unconscious")
    said = (*EMERGENCY, "--reason", "Found unconscious", "--facility", "General Hospital", "--nature", "Overdose")
    told = lines(await exported(nats_url, walk, *said))

    assert unsaid.exit_code == 2
    assert "--ground emergency needs --facility, --nature as well." in unsaid.stderr
    (recorded,) = await on_record(log, walk)
    assert recorded.ground.section == "2.51"
    assert told[0]["resourceType"] == "DocumentReference"
    assert "Consent" not in {each["resourceType"] for each in told}


@pytest.mark.parametrize("whom", ["patient", "program"])
async def test_a_copy_for_the_patient_or_within_the_program_is_no_disclosure(
    walk: GoalId, log: Log, nats_url: str, whom: str
) -> None:
    told = lines(await exported(nats_url, walk, "--to", whom))

    assert told[0]["resourceType"] == "Patient"
    assert "security" not in told[0]["meta"]
    assert await on_record(log, walk) == []


async def test_a_copy_for_the_patient_has_the_consents(http: Http, walk: GoalId, nats_url: str) -> None:
    await http.record(given(walk.plan), event(walk.plan, p.ConsentRevoked(consent="c1"), time=NOW))

    told = lines(await exported(nats_url, walk, "--to", "patient"))

    assert [each["status"] for each in told if each["resourceType"] == "Consent"] == ["inactive"]


async def test_what_was_disclosed_can_be_taken_in_elsewhere(
    http: Http, walk: GoalId, nats_url: str, tmp_path: Path
) -> None:
    await http.record(given(walk.plan))
    file = tmp_path / "out.ndjson"
    await exported(nats_url, walk, *TO_HOSPITAL, "--output", str(file))

    asked = (str(file), "--org", f"{walk.org}-there", "--nats-url", nats_url, "--json")
    taken = await asyncio.to_thread(CliRunner().invoke, import_, asked)

    assert json.loads(taken.stdout.splitlines()[-1])["recorded"] == 1, taken.output


async def test_an_export_keeps_a_file_that_is_there_and_discloses_nothing_then(
    http: Http, walk: GoalId, nats_url: str, tmp_path: Path
) -> None:
    position = await http.record(given(walk.plan))
    file, notice = tmp_path / "out.ndjson", tmp_path / "out.ndjson.notice.txt"
    for there in (file, notice):
        there.write_text("kept")
        refused = await exported(nats_url, walk, *TO_HOSPITAL, "--output", str(file))
        assert (refused.exit_code, f"{there} is there already" in refused.stderr) == (1, True)
        assert there.read_text() == "kept"
        there.unlink()
    before = await http.get(f"/v1/orgs/{walk.org}/patients/{walk.patient}/disclosures", min_position=position)
    notice.write_text("kept")
    ran = await exported(nats_url, walk, *TO_HOSPITAL, "--output", str(file), "--replace")

    assert before["items"] == []
    assert (ran.exit_code, notice.read_text() == "kept") == (0, False), ran.output


async def test_an_export_names_whom_it_is_for(walk: GoalId, nats_url: str) -> None:
    refused = await exported(nats_url, walk)
    nameless = await exported(nats_url, walk, "--to", "general")

    assert (refused.exit_code, nameless.exit_code) == (2, 2)
    assert "--to" in refused.stderr
    assert "--to general needs --to-name, --purpose as well." in nameless.stderr


async def test_of_several_patients_those_without_consent_are_left_out_and_named(
    http: Http, walk: GoalId, log: Log, nats_url: str
) -> None:
    other = walk._replace(patient="p2")
    last = await http.record(given(walk.plan), event(other.plan, opened(), role="clinician", actor="c1"))
    await http.get(f"/v1/orgs/{walk.org}/audit", min_position=last)

    asked = ("--org", walk.org, "--nats-url", nats_url, "--json", *TO_HOSPITAL)
    ran = await asyncio.to_thread(CliRunner().invoke, export, asked)

    assert ran.exit_code == 1
    summary = json.loads(ran.stderr.splitlines()[-1])
    assert summary["patients"] == 1
    assert [(each["patient"], each["code"]) for each in summary["left_out"]] == [("p2", "access.consent_missing")]
    assert '"p2"' not in ran.stdout
    assert await on_record(log, other) == []


async def test_two_exports_at_once_are_two_disclosures(http: Http, walk: GoalId, log: Log, nats_url: str) -> None:
    await http.record(given(walk.plan))

    both = await asyncio.gather(*(cairn(*_asked(nats_url, walk)) for _ in range(2)))

    assert [ran.code for ran in both] == [0, 0]
    assert len(await on_record(log, walk)) == 2


async def test_an_export_that_is_killed_in_the_middle_is_on_record(
    http: Http, walk: GoalId, log: Log, nats_url: str
) -> None:
    many = [event(walk, entry(f"n{number}", note="word " * 700)) for number in range(40)]  # more than a pipe holds
    await http.record(given(walk.plan), *many)

    process = await start_cairn(_asked(nats_url, walk), HOUSE, {})
    assert process.stdout is not None
    first = await asyncio.wait_for(process.stdout.readline(), 60)
    process.kill()
    await process.communicate()  # while more has come than is read at a time, waiting alone would last for ever

    assert json.loads(first)["resourceType"] == "DocumentReference"
    assert len(await on_record(log, walk)) == 1


async def test_a_revocation_and_a_disclosure_at_once_do_not_both_win(http: Http, walk: GoalId, submit: Submit) -> None:
    await http.record(given(walk.plan))
    on_consent = disclosed("c1", recipient=HOSPITAL, purpose=TREATMENT)
    now = datetime.now(UTC)

    revoked, *outcomes = await asyncio.gather(
        submit(event(walk.plan, p.ConsentRevoked(consent="c1"), time=now)),
        *(submit(event(walk.plan, on_consent, role="clinician", actor="c1", time=now)) for _ in range(10)),
    )

    version = revoked.events[0].version if not isinstance(revoked, RejectedOutcome) else 0
    assert version
    for each in outcomes:
        if isinstance(each, RejectedOutcome):
            assert each.code == "access.consent_missing"
        else:
            assert each.events[0].version < version


async def test_disclosures_are_listed_over_http_and_by_the_command(http: Http, walk: GoalId, nats_url: str) -> None:
    old = event(walk.plan, disclosed(UNCONSCIOUS), role="clinician", actor="c1", time=YEARS_AGO)
    last = await http.record(old, given(walk.plan))
    lines(await exported(nats_url, walk, *TO_HOSPITAL, "--by", "ann"))
    path = f"/v1/orgs/{walk.org}/patients/{walk.patient}/disclosures"

    async def listed() -> bool:
        return len((await http.get(path, min_position=last))["items"]) == 1

    await eventually(listed)
    (recent,) = (await http.get(path))["items"]
    everything = await http.get(path, all="true")
    assert (recent["recipient"]["id"], recent["purpose"]["code"], recent["actor"]) == ("general", "TREAT", "ann")
    assert recent["description"] == "The plan, goals, scores and entries as FHIR R4"
    assert [each["ground"]["section"] for each in everything["items"]] == ["2.51", "2.31"]
    assert everything["complete"] is True
    await http.refused(path, 422, all="true", since="2026-01-01T00:00:00Z")
    problem = await http.refused(f"/v1/orgs/{walk.org}/patients/nobody/disclosures", 404)
    assert problem["code"] == "plan.missing"

    asked = ("--org", walk.org, "--patient", walk.patient, "--nats-url", nats_url)
    ran = await cairn("disclosures", *asked)
    assert "general: General Hospital   TREAT" in ran.out
    assert "2.31 consent" in ran.out


async def test_a_plan_reads_with_its_consents(http: Http, walk: GoalId) -> None:
    last = await http.record(given(walk.plan))

    plan = await http.get(f"/v1/orgs/{walk.org}/patients/{walk.patient}/plan", min_position=last)

    assert [(each["consent"], each["status"]) for each in plan["consents"]] == [("c1", "in_force")]


def _asked(nats_url: str, goal: GoalId) -> tuple[str, ...]:
    asked = ("--org", goal.org, "--patient", goal.patient, "--nats-url", nats_url)
    return ("export", "fhir", *asked, *TO_HOSPITAL)
