"""The page of a goal with events that a projection could not take: it says what is known, and what to do."""

import re

import httpx
import pytest

from services.embedded_server import EmbeddedServer
from tests.integration.gateway.alone import ORG, alone


@pytest.fixture(scope="module")
async def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, httpx.Response]:
    """Of a sound goal, one quarantined after its activation, and one quarantined from its first event on."""
    folder = tmp_path_factory.mktemp("quarantined")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    async with alone(server, folder) as place:
        await place.record("sound", "spoilt")
        await place.open_plan("unread")
        await place.spoil("spoilt")
        await place.spoil("unread")
        await place.build()
        async with place.gateway() as client:
            found = {
                goal: await client.get(f"/clinic/{ORG}/patients/p-{goal}/goals/{goal}")
                for goal in ("sound", "spoilt", "unread")
            }
            for name in ("patients/p-unread", "patients/p-sound", "patients/p-unread/session", "session", "reviews"):
                found[name] = await client.get(f"/clinic/{ORG}/{name}")
    await server.stop()
    return found


def test_what_could_be_read_is_there_and_it_is_said_where_it_ends(pages: dict[str, httpx.Response]) -> None:
    spoilt = pages["spoilt"]

    assert spoilt.status_code == 200
    assert "ends with version 3. Nothing is lost." in spoilt.text
    assert spoilt.text.index("ends with version 3") < spoilt.text.index("<h1")
    assert "The way here" in spoilt.text


def test_of_a_sound_goal_nothing_is_said_to_be_missing(pages: dict[str, httpx.Response]) -> None:
    assert pages["sound"].status_code == 200
    assert "could not be read" not in pages["sound"].text


def test_a_goal_of_which_nothing_could_be_read_is_not_said_to_be_unknown(pages: dict[str, httpx.Response]) -> None:
    unread = pages["unread"]

    assert unread.status_code == 503
    assert unread.headers["content-type"].startswith("text/html")
    assert "This goal is recorded, and cannot be shown" in unread.text


@pytest.mark.parametrize("page", ["patients/p-unread", "patients/p-unread/session", "session", "reviews"])
def test_the_pages_that_go_without_it_say_so_and_lead_to_it(pages: dict[str, httpx.Response], page: str) -> None:
    answer = pages[page]

    assert answer.status_code == 200
    assert "One goal cannot be shown now." in answer.text
    assert f'<a class="id" href="/clinic/{ORG}/patients/p-unread/goals/unread">p-unread.unread</a>' in answer.text


def test_a_patient_of_whom_all_is_shown_has_no_such_line(pages: dict[str, httpx.Response]) -> None:
    assert "cannot be shown now" not in pages["patients/p-sound"].text


def test_the_code_to_name_stands_where_it_is_asked_for(pages: dict[str, httpx.Response]) -> None:
    assert "and name this code: <code>projection.quarantined</code>" in pages["unread"].text
    assert pages["unread"].text.count("projection.quarantined</code>") == 1


def test_it_names_the_event_the_reason_and_what_to_do(pages: dict[str, httpx.Response]) -> None:
    text = pages["unread"].text

    assert re.search(r"position \d+ in the record", text)
    assert "<code>KeyError" in text
    assert f"cairn projections quarantine retry --goal {ORG}.p-unread.unread" in text
    assert "no event" not in text, "what stands in it"
