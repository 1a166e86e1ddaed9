"""The ready line is for programs, the three things to try for people."""

from pathlib import Path

import pytest

from services.node.address import NodeAddress
from services.node.sign_in import Link
from services.node.welcome import cairn_command, how_to_look, ready_line, things_to_try

GOAL = "northside.pt-7f3a.evenings"
ADDRESS = NodeAddress(7, "nats://127.0.0.1:4223", "http://127.0.0.1:8081")


def test_the_ready_line_carries_the_addresses_and_the_data() -> None:
    line = ready_line(ADDRESS, Path("/data"))
    assert line == "ready nats=nats://127.0.0.1:4223 http=http://127.0.0.1:8081 data=/data"


def tries(*, shown: str | None = GOAL, usual: bool = True, own: bool = True) -> list[str]:
    return things_to_try(ADDRESS, Path("/my data"), shown_goal=shown, usual_place=usual, own_issuer=own)


@pytest.mark.parametrize("shown", [GOAL, None], ids=["sample", "no sample"])
@pytest.mark.parametrize("usual", [True, False], ids=["usual place", "elsewhere"])
def test_there_are_three_things_to_try(shown: str | None, usual: bool) -> None:
    lines = tries(shown=shown, usual=usual)

    assert len(lines) == 3
    assert sum(cairn_command() in line and not line.startswith("curl") for line in lines) == 2
    assert any(ADDRESS.http_url in line for line in lines)


def test_commands_are_told_the_data_folder_where_they_would_not_find_it() -> None:
    commands = [line for line in tries(usual=False) if cairn_command() in line]

    assert len(commands) == 3
    assert all("CAIRN_DATA_DIR='/my data' " in line for line in commands)
    assert not any("CAIRN_DATA_DIR" in line for line in tries())


def test_what_needs_a_token_makes_one_unless_another_issuer_does() -> None:
    assert "token create" in tries()[2]
    assert tries(own=False)[2] == f"curl {ADDRESS.http_url}/openapi.json"


@pytest.mark.parametrize(
    ("link", "own", "said"),
    [
        (
            Link("http://127.0.0.1:8080/sign-in/link/0123", "cl-11, clinician, northside"),
            True,
            "once, within 15 minutes",
        ),
        (None, True, "sign-in --role operator --actor me prints a link for a browser"),
        (None, False, "http://127.0.0.1:8081/ in a browser"),
    ],
    ids=["with the sample", "with data of one's own", "with an issuer"],
)
def test_one_line_says_how_to_look_at_it(link: Link | None, own: bool, said: str) -> None:
    line = how_to_look(ADDRESS, Path("/my data"), link=link, usual_place=False, own_issuer=own)

    assert said in line
    assert "\n" not in line
