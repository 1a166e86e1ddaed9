"""The Operations page over HTTP: for operators, with what runs and what does not, and without words or ids."""

import httpx

from events.identity import GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.findings import Verification
from services.access.principal import Principal
from services.administration.care import declare_care, note_care
from tests.builders import event, opened
from tests.integration.gateway.http import Http
from tests.tokens import bearing


async def test_the_report_has_each_service_by_name_and_what_does_not_answer(http: Http) -> None:
    report = await http.get("/v1/operations")

    states = {each["name"]: each["state"] for each in report["services"]}
    assert states == {
        "gateway": "answering",
        "goals": "recording",
        "projections": "following",
        "access": "recording",
        # These do not run in this test.
        "intake": "silent",
        "reminders": "silent",
        "nats-server": "connected",
    }
    silent = [each["about"] for each in report["troubles"] if each["code"] == "service.silent"]
    assert silent == ["intake", "reminders"]
    assert not report["well"]
    assert report["log"][0]["stream"] == "CAIRN_LOG"


async def test_the_report_tells_of_projections_what_the_command_tells(http: Http, org: str) -> None:
    position = await http.record(event(GoalId(org, "p1", "plan"), opened()))
    await http.get(f"/v1/orgs/{org}/audit", min_position=position)

    report, alone = await http.get("/v1/operations"), await http.get("/v1/projections")

    assert [each.keys() for each in report["projections"]] == [each.keys() for each in alone["items"]]
    assert [each["name"] for each in report["projections"]] == [each["name"] for each in alone["items"]]
    assert report["log"][0]["position"] >= position


async def test_what_was_found_in_the_log_is_shown_when_it_was_noted(http: Http, nc: ResilientClient, log: Log) -> None:
    await declare_care(nc)
    found = Verification(events=5, goals=2, position=7)
    found.wrong = 1
    await note_care(nc, "verified", "CAIRN_LOG", found, "ada")

    (stream,) = (await http.get("/v1/operations"))["log"]
    page = (await http.ask("/operations")).text

    assert (stream["verified"]["by"], stream["verified"]["position"], stream["verified"]["sound"]) == ("ada", 7, False)
    assert "When the log was last read through, one thing was wrong." in page
    assert "cairn log verify" in page

    found.wrong = 0
    await note_care(nc, "verified", "CAIRN_LOG", found, "ada")
    assert "one thing was wrong" not in (await http.ask("/operations")).text


async def test_the_page_says_what_to_do_and_names_nobody(http: Http, org: str) -> None:
    position = await http.record(event(GoalId(org, "pt-secret", "plan"), opened()))
    await http.get(f"/v1/orgs/{org}/audit", min_position=position)

    answer = await http.ask("/operations")

    assert answer.status_code == 200
    assert "Not all is well." in answer.text
    assert "cairn serve reminders" in answer.text
    assert "goal_state" in answer.text
    for secret in (org, "pt-secret"):
        assert secret not in answer.text


async def test_clinicians_are_not_shown_it(http: Http, org: str) -> None:
    headers = bearing(Principal(id="cl-1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({org})))
    async with httpx.AsyncClient(base_url=str(http.client.base_url), headers=headers) as client:
        assert (await client.get("/operations")).status_code == 403
        assert (await client.get("/v1/operations")).status_code == 403
