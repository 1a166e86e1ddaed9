"""The ready line is for programs, the three things to try for people."""

from pathlib import Path

import pytest

from services.node.address import NodeAddress
from services.node.welcome import cairn_command, ready_line, things_to_try

ADDRESS = NodeAddress(7, "nats://127.0.0.1:4223", "http://127.0.0.1:8081")


def test_the_ready_line_carries_the_addresses_and_the_data() -> None:
    line = ready_line(ADDRESS, Path("/data"))
    assert line == "ready nats=nats://127.0.0.1:4223 http=http://127.0.0.1:8081 data=/data"


@pytest.mark.parametrize("shown", ["northside.pt-7f3a.evenings", None], ids=["sample", "no sample"])
@pytest.mark.parametrize("usual", [True, False], ids=["usual place", "elsewhere"])
def test_there_are_three_things_to_try(shown: str | None, usual: bool) -> None:
    tries = things_to_try(ADDRESS, shown_goal=shown, usual_place=usual)
    assert len(tries) == 3
    assert sum(line.startswith(cairn_command()) for line in tries) == 2
    assert any(ADDRESS.http_url in line for line in tries)


def test_commands_are_told_the_address_where_they_would_not_find_it() -> None:
    goal = "northside.pt-7f3a.evenings"
    elsewhere = things_to_try(ADDRESS, shown_goal=goal, usual_place=False)
    assert f"replay {goal} --nats-url {ADDRESS.nats_url}" in elsewhere[1]
    assert "--nats-url" not in things_to_try(ADDRESS, shown_goal=goal, usual_place=True)[1]
