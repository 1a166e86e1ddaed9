"""A notary beside the log, an export that it proves, and what it takes to check that."""

import asyncio
import base64
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from bench import judging
from bench.environment import environment_of
from bench.failed import BenchFailed
from bench.ground import Ground, service
from bench.result import Run
from events.leaf import leaf_of
from events.raw_message import RawMessage
from events.transparency.checkpoints import checkpoint_of
from events.transparency.merkle import leaf_hash
from events.transparency.notes import parse_note
from events.transparency.proving import Subtree, inclusion_proof
from services.access.records.stream import declare_access
from services.settings import Settings

_DOMAIN = "bench.example"
_OPERATOR = "bench"


@asynccontextmanager
async def with_notary(ground: Ground) -> AsyncIterator[Settings]:
    """A new notary of the log as the process of `cairn serve notary`, from when it answers until it has ended.

    Raises:
        BenchFailed: it cannot be made, or did not start.
    """
    settings = ground.settings(data_dir=ground.directory / "notarised", notary_dir=ground.directory / "notary")
    await _cairn(settings, "notary", "init", "--domain", _DOMAIN)
    async with service(settings, "notary"):
        yield settings


async def exported(ground: Ground, settings: Settings, org: str, folder: Path) -> int:
    """Export everything of an organisation; return how many events there are.

    Raises:
        BenchFailed: nothing was exported.
    """
    await declare_access(ground.nc)  # where it is recorded that somebody has read all of it
    to = ("--to", "program", "--by", _OPERATOR)
    await _cairn(settings, "export", "history", org, "--output", str(folder), *to)
    return len((folder / "events.jsonl").read_bytes().splitlines())


async def checked(folder: Path, events: int) -> Run:
    """Check an export by the program that went along with it, from its start to its end.

    Raises:
        BenchFailed: it finds something wrong.
    """
    began = perf_counter()
    # It cannot vouch for what nobody has witnessed, and says so with 2.
    await _succeed([sys.executable, str(folder / "verify_history.py"), str(folder), "--quiet"], sound=(0, 2))
    return Run.of(events, perf_counter() - began)


async def judged(judge: Path, proofs: Path, events: int) -> Run:
    """Check the proofs of an export by aics-tlog, without the time in which it starts and reads them.

    Raises:
        BenchFailed: it is not there, or one does not hold.
    """
    said = await _succeed([str(judge), "-P", judging.__file__, str(proofs)])
    return Run.of(events, float(said))


def single_proofs(folder: Path) -> bytes:
    """The proofs of an export, each by itself, as :mod:`bench.judging` takes them."""
    note = parse_note((folder / "checkpoint").read_bytes())
    key = next(line.split()[1] for line in (folder / "policy").read_text().splitlines() if line.startswith("log "))
    nodes: dict[Subtree, bytes] = {}
    for line in (folder / "nodes.jsonl").read_bytes().splitlines():
        level, number, hashed = json.loads(line)
        nodes[Subtree(level, number)] = base64.b64decode(hashed)
    size = checkpoint_of(note).size
    proofs = []
    for line in (folder / "events.jsonl").read_bytes().splitlines():
        raw = _raw(json.loads(line))
        index = raw.position - 1
        hashes = inclusion_proof(index, size, nodes.__getitem__)
        proofs.append([index, _text(leaf_hash(leaf_of(raw))), [_text(each) for each in hashes]])
    return json.dumps({"note": str(note), "key": key, "proofs": proofs}).encode()


def _raw(said: Mapping[str, str | int]) -> RawMessage:
    headers, body = (base64.b64decode(str(said[name])) for name in ("headers", "body"))
    return RawMessage(str(said["subject"]), int(said["position"]), int(said["recorded_ns"]), headers, body)


def _text(hashed: bytes) -> str:
    return base64.b64encode(hashed).decode()


async def _cairn(settings: Settings, *arguments: str) -> None:
    await _succeed([sys.executable, "-P", "-m", "services.cli", *arguments], environment_of(settings))


async def _succeed(
    command: list[str], environment: Mapping[str, str] | None = None, sound: Collection[int] = (0,)
) -> bytes:
    """Run a command to its end, which is one of those exit codes; return what it says."""
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)
    try:
        said, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode not in sound:
        told = (errors or said).decode(errors="replace").strip().splitlines()
        raise BenchFailed(f"{' '.join(command[-4:])} ended with {process.returncode}: {told[-1] if told else ''}")
    return said
