"""ical.js, which Thunderbird shows calendars with, reads those of the reviews."""

from datetime import date

import httpx

from tests.exchange.javascript import JavaScript


async def test_ical_js_reads_every_calendar_of_the_sample(http: httpx.AsyncClient, javascript: JavaScript) -> None:
    org = "/v1/orgs/northside"
    reviews = (await http.get(f"{org}/reviews", params={"limit": 500})).json()["items"]
    goals = (await http.get(f"{org}/goals", params={"limit": 500})).json()["items"]
    patients = sorted({goal["patient"] for goal in goals})
    addresses = [f"{org}/reviews.ics", *(f"{org}/patients/{patient}/reviews.ics" for patient in patients)]
    calendars = [(await http.get(address)).raise_for_status().text for address in addresses]

    read = javascript.told("calendars.mjs", calendars)

    assert {(each["version"], each["method"]) for each in read} == {("2.0", None)}
    whole, *of_patients = (each["events"] for each in read)
    assert len({event["uid"] for event in whole}) == len(whole)
    assert sorted(event["uid"] for events in of_patients for event in events) == sorted(e["uid"] for e in whole)
    ahead = {event["uid"]: event["day"] for event in whole if event["status"] == "CONFIRMED"}
    assert ahead == {
        f"northside.{review['patient']}.{review['goal']}.review@cairn": review["due_on"] for review in reviews
    }
    for event in whole:
        assert (event["wholeDay"], event["days"]) == (True, 1)
        assert str(date.fromisoformat(event["day"])) == event["day"]
        assert event["stamp"].endswith("Z")
        assert event["sequence"] > 0
