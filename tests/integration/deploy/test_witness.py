"""An organisation's witness as its own user: it hears what the organisation may hear, and that is enough to count."""

from contextlib import closing
from itertools import count
from pathlib import Path

from events.identity import GoalId
from events.log import Append, Log, declare_log
from tests.builders import event, opened
from tests.integration.deploy.deployed import Deployed, connected
from tests.integration.witness.own_witness import OwnWitness
from tests.waiting import eventually

OWN, ANOTHERS = GoalId("northside", "pt-witness", "plan"), GoalId("southside", "pt-witness", "plan")

_numbers = count(1)


async def test_it_counts_its_organisations_events_and_no_others(deployed: Deployed, tmp_path: Path) -> None:
    own_witness = OwnWitness(tmp_path / "witness")
    async with connected(deployed, "goals") as [goals]:
        await declare_log(goals.nc)
        log = Log(goals.nc)
        async with own_witness.serving(nats_url=deployed.url("northside")):
            await eventually(lambda: hears(own_witness, log))
            first, second = event(OWN, opened()), event(OWN, opened())
            (begun,) = await log.append(Append((first,), 0, 0))
            await log.append(Append((event(ANOTHERS, opened()),), 0, 0))
            (last,) = await log.append(Append((second,), 1, begun.position))

            def heard() -> bool:
                summary = own_witness.summary()
                return summary is not None and any(end == last.position for _, end in summary.spans)

            await eventually(heard)
        await log.close()
    summary = own_witness.summary()
    assert summary is not None
    ((start, end),) = summary.spans
    assert start < begun.position
    assert end == last.position
    with closing(own_witness.records()) as records:
        assert records.db.execute(
            "SELECT position, patient, goal, is_first FROM events WHERE patient = 'pt-witness' ORDER BY position"
        ).fetchall() == [
            (begun.position, "pt-witness", "plan", 1),
            (last.position, "pt-witness", "plan", 0),
        ]
        assert records.db.execute("SELECT * FROM missing").fetchall() == []


async def hears(own_witness: OwnWitness, log: Log) -> bool:
    """Whether the witness has begun to hear what is recorded; from then on it misses nothing."""
    patient = f"pt-before-{next(_numbers)}"
    await log.append(Append((event(OWN._replace(patient=patient), opened()),), 0, 0))
    summary = own_witness.summary()
    return summary is not None and summary.heard > 0
