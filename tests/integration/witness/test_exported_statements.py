"""A witness that counts by itself signs the statement of an exported history, or is named with its reason."""

from pathlib import Path

import pytest

from services.notary.verify_history import main
from tests.forked import Ran, cairn
from tests.integration.notary.house import ORG, House
from tests.integration.witness.own_witness import OwnWitness
from tests.integration.witness.test_counting import knows, trusted


async def export(house: House, target: Path) -> Ran:
    where, data = ("--nats-url", house.server.url, "--output", str(target)), str(house.settings.data_dir)
    to = ("--to", "program")
    return await cairn("export", "history", ORG, *to, *where, CAIRN_DATA_DIR=data, CAIRN_ACCESS_RECORDS="best_effort")


def write_policy(own_witness: OwnWitness, house: House) -> None:
    lines = (
        f"log {own_witness.statement_key}",
        f"witness own {own_witness.key} {own_witness.url}",
        "quorum own",
    )
    (house.folder.folder / "policy").write_text("".join(f"{line}\n" for line in lines))


async def test_what_it_has_counted_it_signs(
    house: House, own_witness: OwnWitness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trusted(own_witness, house)
    async with own_witness.serving(nats_url=house.server.url):
        write_policy(own_witness, house)
        await house.is_listened_to()
        await house.write(5)
        async with house.notary():
            await house.published(5)
            await knows(own_witness, 5)
            exported = await export(house, tmp_path / "export")
            policy = tmp_path / "policy"
            policy.write_text((await house.asked.keys()).policy)

    assert (exported.code, "has not signed" in exported.err) == (0, False), exported.err
    assert main([str(tmp_path / "export"), "--policy", str(policy), "--quiet"]) == 0
    assert f"{own_witness.key.name} counted the events as well" in capsys.readouterr().out


async def test_what_it_has_not_heard_it_does_not_sign_and_that_is_said(
    house: House, own_witness: OwnWitness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trusted(own_witness, house)
    await house.write(4)
    async with own_witness.serving(nats_url=house.server.url):
        write_policy(own_witness, house)
        async with house.notary():
            await house.published(4)
            exported = await export(house, tmp_path / "export")

    assert exported.code == 0, exported.err
    assert "The witness own has not signed the number of events: " in exported.err
    assert main([str(tmp_path / "export"), "--quiet"]) == 2
    assert "counted the events as well" not in capsys.readouterr().out
