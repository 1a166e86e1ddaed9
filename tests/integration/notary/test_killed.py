"""The notary is a process that can be killed at any time: whatever it has sent out, one tree extends the other."""

import signal
from itertools import pairwise
from pathlib import Path

from events.transparency.checkpoints import opened_checkpoint
from events.transparency.merkle import proves_consistency
from tests.forked import Forked, without_settings
from tests.integration.notary.house import House
from tests.waiting import eventually

ROUNDS = 3
IN_A_ROUND = 70


async def test_it_is_killed_while_it_signs(house: House, tmp_path: Path) -> None:
    founded = house.found()
    generation = house.folder.generation(founded.identity)
    environment = {
        **without_settings(),
        "CAIRN_NATS_URL": house.server.url,
        "CAIRN_DATA_DIR": str(house.settings.data_dir),
        "CAIRN_NOTARY_DIR": str(house.settings.notary_folder),
    }
    for number in range(ROUNDS):
        process = Forked(("serve", "notary"), environment, tmp_path / f"out{number}", tmp_path / f"err{number}")
        try:
            await house.write(IN_A_ROUND)

            def has_remembered(size: int = 1 + number * IN_A_ROUND) -> bool:
                last = generation.last_signed()
                return last is not None and last.size >= size

            await eventually(has_remembered, within=60)
        finally:
            process.send_signal(signal.SIGKILL)  # just then it signs, asks witnesses, writes and sends
            await process.wait()

    async with house.notary():
        await house.published(ROUNDS * IN_A_ROUND)
        await eventually(lambda: f"\n{ROUNDS * IN_A_ROUND}\n" in house.heard[-1].text if house.heard else False)
        sent = [opened_checkpoint(note, founded.checkpoints) for note in house.heard]
        for old, new in pairwise(sent):
            proof = await house.asked.consistency(old.size, new.size)
            assert proves_consistency(old.size, new.size, proof, old.root, new.root)
        assert (await house.asked.status()).stopped is None
