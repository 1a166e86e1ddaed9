"""One node to a data folder."""

import os
from pathlib import Path
from typing import cast

import pytest

from services.node.address import NodeAddress, write_address
from services.node.forking import Forks
from services.node.lock import AlreadyRunning, UnusableFolder, locked
from services.node.node import run_node
from services.settings import Settings

_NONE_ARE_FORKED = cast(Forks, None)
"""It ends before that; and an instance changes how this process waits for its children."""


async def test_a_second_node_is_told_who_runs_there_and_no_token(tmp_path: Path) -> None:
    async with locked(tmp_path):
        write_address(tmp_path, NodeAddress(os.getpid(), "nats://t0ken@127.0.0.1:1", "http://127.0.0.1:2"))
        with pytest.raises(AlreadyRunning) as raised:
            async with locked(tmp_path):
                pass
    assert f"process {os.getpid()}" in str(raised.value)
    assert "at http://127.0.0.1:2 and nats://127.0.0.1:1." in str(raised.value)


async def test_a_directory_that_was_left_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        async with locked(tmp_path) as descriptor:
            assert descriptor > 2


async def test_a_place_where_no_directory_can_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    data_dir = tmp_path / "file" / "data"

    async def start() -> None:
        await run_node(Settings(data_dir=data_dir), print, print, _NONE_ARE_FORKED)

    async def lock() -> None:
        async with locked(data_dir):
            pass

    for refused in (start, lock):
        with pytest.raises(UnusableFolder) as raised:
            await refused()
        assert f"The data folder {data_dir} cannot be made or written to: Not a directory." in str(raised.value)
