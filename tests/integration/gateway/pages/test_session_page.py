"""The pages for talks, and the same pages as a PDF by the command line."""

import asyncio
import re
import stat
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from services.gateway.pages.pdf import PdfUnavailable, check_available
from tests.builders import TODAY, entry, event, gas, opened, proposed
from tests.forked import cairn
from tests.integration.gateway.http import Http

DAY = timedelta(days=1)
TALK = TODAY + 14 * DAY
WORDS = "I want <b>my kids</b> & 'Sundays' back"


@pytest.fixture
async def treated(http: Http, org: str) -> int:
    """Anna, whose plan asks for simple words, and Ben; both have a review in two weeks."""
    return await http.record(
        event(GoalId(org, "anna", "plan"), opened(accommodations=("visual_tools",)), role="clinician", actor="c1"),
        *_activated(GoalId(org, "anna", "home"), statement=WORDS, gas=gas(baseline=-2)),
        event(GoalId(org, "anna", "home"), entry("e1", TODAY, level=-1, note="Rang <i>her</i>.")),
        event(GoalId(org, "ben", "plan"), opened(clinician="c2"), role="clinician", actor="c2"),
        *_activated(GoalId(org, "ben", "walk"), gas=gas(baseline=0)),
    )


def _activated(goal_id: GoalId, **fields: object) -> list[Event]:
    return [
        event(goal_id, proposed(**fields)),
        event(goal_id, g.Agreed(), role="clinician", actor="c1"),
        event(goal_id, g.Activated(first_review_on=TALK), role="clinician", actor="c1"),
    ]


@pytest.fixture
def pdf() -> None:
    try:
        check_available()
    except PdfUnavailable as missing:
        pytest.skip(str(missing))


async def test_a_patient_has_a_page_in_the_form_that_the_plan_asks_for(http: Http, org: str, treated: int) -> None:
    path = f"/clinic/{org}/patients/anna/session"
    usual = await http.ask(path, min_position=treated)
    large = await http.ask(path, form="large", goal="home")

    assert usual.status_code == large.status_code == 200
    assert "I want &lt;b&gt;my kids&lt;/b&gt; &amp; &#39;Sundays&#39; back" in usual.text
    assert "Rang &lt;i&gt;her&lt;/i&gt;." in usual.text
    assert '<article class="sheet simple' in usual.text
    assert '<article class="sheet large' in large.text
    assert "style=" not in usual.text


async def test_where_no_review_is_due_another_day_can_be_chosen(http: Http, org: str, treated: int) -> None:
    empty = await http.ask(f"/clinic/{org}/session", min_position=treated, day=TALK - DAY, clinician="c2", form="large")

    assert "No review is due on this day. Choose another one." in empty.text
    form = re.search(r'<form method="get" action="([^"]+)" class="choosing-day">(.*?)</form>', empty.text, re.DOTALL)
    assert form is not None
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[2]))
    assert f'name="day" value="{(TALK - DAY).isoformat()}"' in form[2]
    chosen = await http.client.get(form[1], params={**kept, "day": TALK.isoformat()})
    assert '<article class="sheet large' in chosen.text
    assert ("ben-walk" in chosen.text, "anna-home" in chosen.text) == (True, False)


async def test_a_day_has_a_page_for_everybody_with_a_review(http: Http, org: str, treated: int) -> None:
    path = f"/clinic/{org}/session"
    both = await http.ask(path, min_position=treated, day=TALK)
    of_one = await http.ask(path, day=TALK, clinician="c2", form="simple")
    of_nobody = await http.ask(path, day=TALK + DAY)
    first = await http.ask(path, day=TALK, limit=1, form="large")

    assert both.text.count("<article") == 2
    assert of_one.text.count("<article") == 1
    assert "form=large&amp;limit" not in of_one.text
    assert f'href="?day={TALK}&amp;clinician=c2&amp;form=usual"' in of_one.text
    assert "No review is due on this day." in of_nobody.text
    assert "The next ones" in first.text
    assert "form=large" in first.text.partition("The next ones")[0].rpartition("href=")[2]


async def test_a_patient_without_an_open_goal_has_a_sentence(http: Http, org: str) -> None:
    plan = GoalId(org, "cora", "plan")
    position = await http.record(event(plan, opened(), role="clinician", actor="c1"))
    answer = await http.ask(f"/clinic/{org}/patients/cora/session", min_position=position)

    assert (answer.status_code, "<article" in answer.text) == (200, False)
    assert "There is no open goal to print." in answer.text


async def test_of_a_patient_whom_nobody_knows_there_is_no_page(http: Http, org: str, treated: int) -> None:
    answer = await http.ask(f"/clinic/{org}/patients/nobody/session")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_a_pdf_is_for_its_owner_alone_and_overwrites_nothing(
    http: Http, org: str, nats_url: str, treated: int, tmp_path: Path, pdf: None
) -> None:
    await http.get(f"/v1/orgs/{org}/patients/anna/session", min_position=treated)
    file = tmp_path / "anna.pdf"
    asked = ("export", "session", f"{org}.anna", "--nats-url", nats_url, "--output", str(file))

    ran = await cairn(*asked, "--paper", "letter", "--lang", "es")
    made = file.read_bytes()
    again = await cairn(*asked)

    assert (ran.code, ran.out) == (0, f"1 patient, 1 page: {file}\n"), ran.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (again.code, "is there already" in again.err) == (1, True)
    assert file.read_bytes() == made
    over = await cairn(*asked, "--replace")
    assert (over.code, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600), over.err
    assert "You are here" in PdfReader(file).pages[0].extract_text()
    file.write_bytes(made)
    assert _names(tmp_path) == ["anna.pdf"]
    (page,) = PdfReader(file).pages
    assert float(page.mediabox.width) == 612
    assert f"«{WORDS}»" in " ".join(page.extract_text().split())
    assert "Estás aquí" in page.extract_text()


async def test_a_pdf_goes_to_standard_output_where_that_is_named(
    http: Http, org: str, nats_url: str, treated: int, tmp_path: Path, pdf: None
) -> None:
    await http.get(f"/v1/orgs/{org}/patients/anna/session", min_position=treated)
    command = (sys.executable, "-m", "services.cli", "export", "session", f"{org}.anna", "--output", "-")
    ran = await asyncio.create_subprocess_exec(
        *command, "--nats-url", nats_url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    made, said = await ran.communicate()

    assert (ran.returncode, said.decode()) == (0, "1 patient, 1 page: -\n")
    assert f"“{WORDS}”" in " ".join(PdfReader(BytesIO(made)).pages[0].extract_text().split())


async def test_a_pdf_of_a_day_has_a_page_for_everybody_with_a_review(
    http: Http, org: str, nats_url: str, treated: int, tmp_path: Path, pdf: None
) -> None:
    await http.get(f"/v1/orgs/{org}/session", min_position=treated)
    file = tmp_path / "day.pdf"
    asked = ("export", "session", org, "--nats-url", nats_url, "--output", str(file), "--day")

    nobody = await cairn(*asked, str(TALK + DAY))
    ran = await cairn(*asked, str(TALK))

    assert (nobody.code, "has no review on that day" in nobody.err) == (1, True)
    assert (ran.code, ran.out) == (0, f"2 patients, 2 pages: {file}\n"), ran.err
    assert len(PdfReader(file).pages) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["north side"], "Name an organisation"),
        (["north."], "Name an organisation"),
        (["north", "--lang", "xx"], "--lang is one of en, es"),
        (["north.anna", "--clinician", "c1"], "--clinician is for the talks of an organisation"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    given: list[str], said: str, tmp_path: Path
) -> None:
    ran = await cairn("export", "session", *given, "--output", str(tmp_path / "x.pdf"))
    assert (ran.code, said in ran.err) == (2, True), ran.err


def _names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def test_a_goal_that_has_no_sheet_is_not_found(http: Http, org: str, treated: int) -> None:
    path = f"/clinic/{org}/patients/anna/session"
    await http.get(f"/v1/orgs/{org}/patients/anna/session", min_position=treated)

    assert (await http.ask(path, goal="nope")).status_code == 404
    assert (await http.ask(path, goal="home")).status_code == 200
