"""What docs/compatibility.md says costs nats-server more than one would guess, as ratios of its own processor time.

python -m bench.nats_costs

Ends with 1 when one of them is not so any more: the place that copes with it may then be simpler.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from nats.js.api import StreamConfig
from nats.js.client import JetStreamContext
from pydantic_core import to_json

from events.log.client.resilient import ResilientClient, connect_client
from services.embedded_server import EmbeddedServer

_STREAM = "LOG"
_MESSAGES = 100_000
_SUBJECTS = 10_000
_GOALS_OF_A_PATIENT = 5
_PATIENTS_ASKED_ABOUT = range(0, 200, 10)
_MORE_OFTEN = 20
"""How many times as often what is cheap is done, so that its time can be told from none."""
_BATCH = 1000
_DELETED = 60
_BODY = bytes(600)
_HZ = os.sysconf("SC_CLK_TCK")
Work = Callable[[], Awaitable[object]]


class Costs:
    """Work for one server, and what it costs.

    Args:
        nc: A connection to it.
        pid: Its process.
    """

    def __init__(self, nc: ResilientClient, pid: int):
        self._nc = nc
        self._pid = pid
        self._js: JetStreamContext = nc.jetstream()

    async def fill(self) -> None:
        """A log of many patients with a few goals each."""
        await self._js.add_stream(StreamConfig(name=_STREAM, subjects=["log.>"], allow_direct=True))
        for number in range(_MESSAGES):
            await self._nc.publish(_subject(number % _SUBJECTS), _BODY)
        while (await self._js.stream_info(_STREAM)).state.messages < _MESSAGES:
            await self._nc.flush()

    async def ratios(self) -> Sequence[tuple[str, float, float]]:
        """What is compared in words, how many times as dear it is, and how many times it is to be at least."""
        every = await self._seconds(lambda: self._batches(">"))
        pattern = await self._seconds(lambda: self._batches("log.>"))
        by_direct_get = await self._seconds(self._direct_gets_of_a_patient)
        by_multi_last = await self._seconds(self._multi_lasts_of_a_patient)
        erased = await self._seconds(lambda: self._delete(1, erase=True))
        kept = await self._seconds(lambda: self._delete(_DELETED + 1, erase=False))
        return (
            ("a batch of direct gets by `log.>`, to one by `>`", pattern / every, 1.5),
            ("a direct get of all of a patient, to `multi_last`", by_direct_get / (by_multi_last / _MORE_OFTEN), 10),
            ("STREAM.MSG.DELETE, to the same with no_erase", erased / kept, 2),
        )

    async def _seconds(self, work: Work) -> float:
        before = self._spent()
        await work()
        return max(self._spent() - before, 1 / _HZ)

    def _spent(self) -> float:
        user, system = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _HZ

    async def _batches(self, pattern: str) -> None:
        for first in range(1, _MESSAGES, _BATCH):
            assert await self._direct({"seq": first, "batch": _BATCH, "next_by_subj": pattern}) == _BATCH

    async def _direct(self, asked: dict[str, object]) -> int:
        """How many messages come in answer to a batch of direct gets."""
        inbox = self._nc.new_inbox()
        answers = await self._nc.subscribe(inbox, pending_msgs_limit=-1, pending_bytes_limit=-1)
        await self._nc.publish(f"$JS.API.DIRECT.GET.{_STREAM}", to_json(asked), reply=inbox)
        found = 0
        while (await answers.next_msg(timeout=30)).data:
            found += 1
        await answers.unsubscribe()
        return found

    async def _direct_gets_of_a_patient(self) -> None:
        for patient in _PATIENTS_ASKED_ABOUT:
            found = await self._direct({"seq": 1, "batch": _BATCH, "next_by_subj": f"log.org.p{patient}.*"})
            assert found == _GOALS_OF_A_PATIENT * (_MESSAGES // _SUBJECTS)

    async def _multi_lasts_of_a_patient(self) -> None:
        for patient in [*_PATIENTS_ASKED_ABOUT] * _MORE_OFTEN:
            assert await self._direct({"multi_last": [f"log.org.p{patient}.*"]}) == _GOALS_OF_A_PATIENT

    async def _delete(self, first: int, *, erase: bool) -> None:
        for sequence in range(first, first + _DELETED):
            asked = to_json({"seq": sequence, "no_erase": not erase})
            await self._nc.request(f"$JS.API.STREAM.MSG.DELETE.{_STREAM}", asked, timeout=30)


def _subject(number: int) -> str:
    return f"log.org.p{number // _GOALS_OF_A_PATIENT}.g{number}"


async def measure() -> bool:
    """Measure and print each, and say whether all are as they were."""
    with TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), sync_always=False)
        await server.start()
        nc = await connect_client([server.url])
        try:
            costs = Costs(nc, server.pid)
            await costs.fill()
            good = True
            for words, ratio, least in await costs.ratios():
                good &= ratio >= least
                print(f"{ratio:7.1f} times, at least {least:.1f}: {words}")
            return good
        finally:
            await nc.close()
            await server.stop()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure()) else 1)
