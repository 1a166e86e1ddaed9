"""One node to a data directory."""

import os
from pathlib import Path

import pytest

from services.node.address import NodeAddress, write_address
from services.node.lock import AlreadyRunning, locked


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
