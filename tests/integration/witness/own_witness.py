"""A witness as an organisation runs it: as a process of its own, or within the test."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

from events.transparency.keys import VerifierKey
from services.notary.witnesses import WitnessClient
from services.settings import Settings
from services.witness.event_count import CountSummary, summary_of
from services.witness.identity import WitnessFolder
from services.witness.records import Records
from services.witness.service import serve
from services.witness.witnessing import trust
from tests.end_to_end.node import start_cairn
from tests.waiting import eventually

NAME = "witness.northside.example/cairn"
_STARTING_SECONDS = 60


class OwnWitness:
    """The folder of a witness, and the witness while it runs.

    Attributes:
        key, statement_key: The keys by which others know it.
    """

    def __init__(self, folder: Path):
        self.folder = WitnessFolder(folder)
        identity = self.folder.make(NAME, datetime.now(UTC))
        Records.make(self.folder.records_file, identity.records)
        self.key = self.folder.cosignature_key().verifier
        self.statement_key = self.folder.statement_key().verifier
        self.url = ""

    def trust(self, *keys: VerifierKey) -> None:
        """Trust keys of a log."""
        with closing(self.records()) as records:
            for key in keys:
                trust(records, key, ())

    def records(self) -> Records:
        """What it remembers, over a connection of one's own."""
        return Records(self.folder.records_file, self.folder.identity().records)

    def summary(self) -> CountSummary | None:
        """How far it has counted."""
        with closing(self.records()) as records:
            return summary_of(records)

    async def started(self) -> Process:
        """`cairn witness serve` as a process."""
        environment = {"CAIRN_WITNESS_DIR": str(self.folder.folder), "CAIRN_WITNESS_PORT": "0"}
        process = await start_cairn(("witness", "serve"), self.folder.folder, environment)
        assert process.stdout is not None
        async with asyncio.timeout(_STARTING_SECONDS):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("ready witness: serving http://127.0.0.1:"), line
        self.url = line.split()[3]
        return process

    @asynccontextmanager
    async def serving(self, **settings: object) -> AsyncIterator[WitnessClient]:
        """The witness within the test, and the notary's client of it."""
        own = Settings.model_validate(
            {"witness_dir": self.folder.folder, "witness_port": 0, "witness_org": "northside", **settings}
        )
        lines: list[str] = []
        task = asyncio.create_task(serve(own, lines.append))
        await eventually(lambda: lines or task.done(), within=30)
        if not lines:
            await task
        self.url = lines[0].split()[2]
        client = WitnessClient(self.url, self.key)
        try:
            yield client
        finally:
            await client.close()
            task.cancel()
            await asyncio.wait({task})
