"""The page of a patient over HTTP: for whom it is, what it shows to whom, and that words stay words."""

from datetime import timedelta

import pytest

from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from events.vocabulary import Priority
from services.access.principal import Principal, Role
from tests.builders import NOON, TODAY, entry, event, gas, opened, proposed
from tests.integration.gateway.http import Http
from tests.tokens import bearing
from tests.waiting import eventually

DAY = timedelta(days=1)
HOSTILE = "<script>alert(1)</script> \"'& \u202eאבג\u202c Tom & “Jerry”"
LONG = "no end " * 570 + "end"
REASON = {"text": HOSTILE, "whose": "court"}


@pytest.fixture
def address(org: str) -> str:
    return f"/clinic/{org}/patients/p1"


@pytest.fixture
async def treated(http: Http, org: str) -> int:
    """A patient with hostile words in every place that somebody can write in."""
    plan, walk, rest = (GoalId(org, "p1", token) for token in ("plan", "walk", "rest"))
    position = await http.record(
        event(plan, opened(reasons=(REASON,)), role="clinician", actor="c1"),
        event(plan, p.PrioritiesRanked(priorities=(Priority(id="kids", text=HOSTILE, rank=1),))),
        event(walk, proposed(statement=HOSTILE, priority="kids", gas=gas(baseline=-1), interventions=(HOSTILE,))),
        event(walk, g.Agreed(), role="clinician", actor="c1"),
        event(walk, g.Activated(), role="clinician", actor="c1"),
        event(walk, g.MilestoneSet(milestone="m1", text=HOSTILE, due=TODAY + 2 * DAY)),
        event(walk, entry("e1", TODAY, level=0, mood=3, note=LONG), time=NOON),
        event(walk, entry("e2", TODAY + DAY, setback=True, note=HOSTILE), time=NOON + DAY),
        event(walk, g.MilestoneMet(milestone="m1", on=TODAY + 2 * DAY), time=NOON + 2 * DAY),
        event(walk, g.Revised(changes=g.Changes(wording=HOSTILE + "!"), reason="too_hard", note=HOSTILE)),
        event(rest, proposed(statement="Sleep", life_area="coping")),
        event(plan, p.Measured(instrument="phq9", score=12, on=TODAY), role="clinician", actor="c1"),
    )
    # What revisions changed is read from another projection.
    await http.get(f"/v1/orgs/{org}/audit", min_position=position, limit=1)
    await http.get(f"/v1/orgs/{org}/patients/p1/tree", min_position=position)
    return position


def _who(id: str, role: Role, org: str, **more: object) -> Principal:
    return Principal.model_validate(
        {"id": id, "kind": "system" if role == "dashboard" else "person", "roles": {role}, "orgs": {org}, **more}
    )


async def page(http: Http, address: str, **headers: str) -> str:
    answer = await http.client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer.text


async def test_words_are_escaped_wherever_they_stand(http: Http, address: str, treated: int) -> None:
    text = await page(http, address)

    assert "<script" not in text
    assert " style=" not in text
    assert text.count("&lt;script&gt;") > 8
    assert LONG in text


async def test_the_page_tells_what_it_is_all_for_and_how_it_goes(
    http: Http, org: str, address: str, treated: int
) -> None:
    text = await page(http, address)

    assert "<title>p1 · Cairn</title>" in text
    assert "the court’s reason" in text
    assert "For c1, since 2 March" in text
    assert f'href="{address}/goals/walk"' in text
    assert "All goals together: T-score 50, began at 40" in text
    assert "PHQ-9: 12. Lower is easier." in text
    assert "Put in other words, because it asked a lot" in text
    assert "<ins>!</ins>" in text
    assert f'href="/clinic/{org}/audit/' in text
    assert text.count("<h1>") == 1


async def test_it_is_in_the_language_of_the_reader(http: Http, address: str, treated: int) -> None:
    text = await page(http, address, **{"accept-language": "es-MX"})

    assert '<html lang="es-MX">' in text
    assert "El motivo de estar aquí" in text
    assert "Lower is easier" not in text


async def test_a_patient_reads_the_own_page_without_what_is_for_staff(
    http: Http, org: str, address: str, treated: int
) -> None:
    own = bearing(_who("p1", "patient", org, patient="p1"))

    text = await page(http, address, **own)

    assert "Why you are here" in text
    assert "Until then it stays a draft" in await page(http, address)
    assert "Until then it stays a draft" not in text


@pytest.mark.parametrize("who", ["patient", "clinician"])
async def test_for_others_there_is_no_such_page(http: Http, org: str, address: str, treated: int, who: str) -> None:
    elsewhere = _who("c9", "clinician", "elsewhere")
    another = _who("p2", "patient", org, patient="p2")

    answer = await http.client.get(address, headers=bearing(another if who == "patient" else elsewhere))

    assert answer.status_code == 404
    assert "alert(1)" not in answer.text


async def test_of_somebody_unknown_there_is_no_page(http: Http, org: str, treated: int) -> None:
    assert (await http.client.get(f"/clinic/{org}/patients/nobody")).status_code == 404


async def test_who_may_not_read_words_has_no_page(http: Http, org: str, address: str, treated: int) -> None:
    dashboard = _who("d1", "dashboard", org, words=False)

    answer = await http.client.get(address, headers=bearing(dashboard))

    assert answer.status_code == 403


async def test_a_dashboard_that_may_read_words_sees_no_former_ones(
    http: Http, org: str, address: str, treated: int
) -> None:
    dashboard = _who("d1", "dashboard", org)

    text = await page(http, address, **bearing(dashboard))

    assert "Put in other words" in text
    assert "<ins>" not in text
    assert "/audit/" not in text


async def test_looking_at_the_page_is_on_record(http: Http, org: str, address: str, treated: int) -> None:
    reader = bearing(_who("c7", "clinician", org))
    await page(http, address, **reader)

    async def is_on_record() -> bool:
        accesses = await http.get(f"/v1/orgs/{org}/patients/p1/accesses")
        return any((each["operation"], each["reader"]) == ("patient_page", "c7") for each in accesses["items"])

    await eventually(is_on_record)
