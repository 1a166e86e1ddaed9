"""A service that cannot start is not tried for ever, and its last words are passed on."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from tests.forked import Forked, without_settings

NOWHERE = "nats://127.0.0.1:1"
_PREPARED = """
import asyncio, sys, threading
from services.node.forking import Forks
asyncio.run(Forks(lambda arguments, settings: 0).prepare())
print(threading.active_count(), *({"sqlalchemy.dialects.postgresql", "nacl"} & set(sys.modules)))
"""
"""In an interpreter of its own: the tests' processes are forks, and threads are not forked along."""


async def test_a_service_that_never_gets_ready_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    program = Forked(
        (str(tmp_path), "projection", "moods"),
        without_settings(),
        tmp_path / "out",
        tmp_path / "err",
        program="tests.integration.node.forking_program",
    )
    async with asyncio.timeout(60):
        ran = await program.wait()

    assert ran.out.splitlines() == [f"moods ended with exit code 1; starting it again (see {tmp_path}/moods.log)."] * 3
    assert "There is no projection “moods”" in ran.err
    assert "ready=False" in ran.err


async def test_a_service_gets_its_settings_from_the_node(tmp_path: Path) -> None:
    program = Forked(
        (str(tmp_path), "gateway"),
        {**without_settings(), "CAIRN_NATS_URL": NOWHERE, "CAIRN_HTTP_PORT": "0"},
        tmp_path / "out",
        tmp_path / "err",
        program="tests.integration.node.forking_program",
    )
    async with asyncio.timeout(60):
        ran = await program.wait()

    again = f"gateway ended with exit code 1; starting it again (see {tmp_path}/gateway.log)."
    assert ran.out.splitlines() == [again] * 3
    assert f"No NATS server answers at {NOWHERE}" in ran.err


async def test_importing_what_services_need_starts_no_thread_and_leaves_out_what_few_installations_use() -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PREPARED), stdin=DEVNULL, stdout=PIPE, env=without_settings()
    )
    out, _ = await program.communicate()

    assert out.split() == [b"1"]
