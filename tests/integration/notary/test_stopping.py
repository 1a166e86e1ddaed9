"""What contradicts what was signed stops the notary, until an operator begins a new generation."""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.log.backup import write_archive
from events.transparency.checkpoints import checkpoint_of, opened_checkpoint
from events.transparency.keys import parse_verifier_key
from events.transparency.notes import parse_note, signers_of
from services.notary.asking import NotaryRefused
from services.notary.founding import new_key
from services.notary.places import tree_folder
from services.notary.succession import Succession, newest_checkpoint, size_of_agreement, succeed
from tests.anew import make_anew, restore_anew
from tests.integration.notary.house import STREAM, House
from tests.waiting import eventually
from tests.witness_in_memory import WitnessInMemory, made_of


def unmoved(*_: object) -> None:
    """Progress that nobody looks at."""


@pytest.mark.parametrize("meanwhile", [True, False], ids=["while it runs", "while it is down"])
async def test_an_older_log_that_is_put_back(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, meanwhile: bool
) -> None:
    house.found()
    await house.write(3)
    manifest = await write_archive(house.nc, STREAM, tmp_path / "backup", unmoved)

    async def put_back() -> None:
        await restore_anew(house.nc, manifest, tmp_path / "backup")

    async with house.notary():
        await house.write(2)
        await house.published(5)
        if meanwhile:
            await put_back()
            assert "ends at position 3" in await house.stops()
    if not meanwhile:
        await put_back()
    async with house.notary():
        assert "ends at position 3" in await house.stops()
        await house.write(4)
        with pytest.raises(NotaryRefused, match="stopped signing") as refused:
            await house.asked.sign()
        assert refused.value.code == "proof.stopped"
        _, proofs = await house.asked.proofs((1, 5))
        assert len(proofs) == 2
        status = await house.asked.status()
        assert (status.size, status.published_size) == (5, 5)
    assert house.told
    assert all(each.startswith("notary: CAIRN_LOG is signed no more: ") for each in house.told)
    assert any(each.levelno == logging.ERROR and "stopped signing" in each.message for each in caplog.records)


async def test_the_same_log_that_is_put_back_is_signed_on(house: House, tmp_path: Path) -> None:
    house.found()
    await house.write(3)
    async with house.notary():
        await house.published(3)
        manifest = await write_archive(house.nc, STREAM, tmp_path / "backup", unmoved)
        await restore_anew(house.nc, manifest, tmp_path / "backup")
        await house.write(1)
        await house.published(4)
        assert (await house.asked.status()).stopped is None


async def test_another_log_of_the_same_length(house: House) -> None:
    house.found()
    await house.write(3)
    async with house.notary():
        await house.published(3)
    await make_anew(house.nc)
    await house.write(4)
    async with house.notary():
        assert "position 3 of the log holds something else" in await house.stops()


async def test_a_notary_that_is_put_back_and_a_witness_that_knows_more(house: House, tmp_path: Path) -> None:
    founded, witness = house.found(), WitnessInMemory()
    (house.folder.folder / "policy").write_text(f"{witness.line}\nquorum {witness.name}\n")
    await house.write(3)
    async with house.notary(made_of(witness)):
        await house.published(3)
    shutil.copytree(house.folder.folder, tmp_path / "keys-of-old")
    shutil.copytree(house.settings.data_dir, tmp_path / "data-of-old")
    async with house.notary(made_of(witness)):
        await house.write(2)
        note = await house.asked.sign()
        assert opened_checkpoint(note, founded.checkpoints).size == 5
    for there, old in ((house.folder.folder, "keys-of-old"), (house.settings.data_dir, "data-of-old")):
        shutil.rmtree(there)
        shutil.copytree(tmp_path / old, there)
    async with house.notary(made_of(witness)):
        assert "northside has cosigned a tree with 5 leaves, and here are 3" in await house.stops()


async def test_a_notary_whose_keys_alone_are_put_back(house: House, tmp_path: Path) -> None:
    house.found()
    await house.write(3)
    async with house.notary():
        await house.published(3)
    shutil.copytree(house.folder.folder, tmp_path / "keys-of-old")
    async with house.notary():
        await house.write(2)
        await house.published(5)
    shutil.rmtree(house.folder.folder)
    shutil.copytree(tmp_path / "keys-of-old", house.folder.folder)
    async with house.notary():
        assert "its folder was put back to an earlier state" in await house.stops()
        note, _ = await house.asked.proofs((5,))
        assert checkpoint_of(note).size == 5


async def test_a_new_generation_ends_the_stop(house: House) -> None:
    ended = house.found()
    await house.write(3)
    async with house.notary():
        await house.published(3)
        await make_anew(house.nc)
        await house.write(2)
        await house.stops()
        old = house.folder.generation(ended.identity)
        tree = tree_folder(house.settings, ended.identity)
        agree = await size_of_agreement(house.log, tree, old)
        succession = Succession("the disk was lost", "ada", agree, newest_checkpoint(tree, old))

        begun = succeed(house.folder, succession, datetime.now(UTC))

        assert begun.identity.origin == ended.identity.origin.removesuffix("1") + "2"
        await eventually(lambda: _published_by(house, begun.identity.origin))
        answer = await house.asked.keys()
        assert [parse_verifier_key(each.key) for each in answer.keys] == [begun.checkpoints, begun.statements]
    (text,) = answer.successions
    note = parse_note(text.encode())
    assert signers_of(note, [begun.statements, ended.statements]) == [begun.statements, ended.statements]
    head, _, checkpoint = note.text.partition("\n\n")
    assert opened_checkpoint(parse_note(checkpoint.encode()), ended.checkpoints).size == 3
    assert "agree 0\nsigned 3 " in head
    assert "\nby ada\nreason the disk was lost\n" in head
    assert (tree / "tile" / "0" / "000").exists()


async def _published_by(house: House, origin: str) -> bool:
    status = await house.asked.status()
    return status.origin == origin and status.published_size == 2


async def test_a_rotation_by_the_book(house: House) -> None:
    founded = house.found()
    generation = house.folder.generation(founded.identity)
    await house.write(1)
    async with house.notary():
        await house.published(1)
        new = new_key(founded.identity.origin)
        with house.folder.locked():
            generation.begin_rotation(new)
        await house.write(1)
        both = await house.asked.sign()
        assert signers_of(both, [new.verifier, founded.checkpoints]) == [new.verifier, founded.checkpoints]
        with house.folder.locked():
            generation.finish_rotation(datetime.now(UTC))
        await house.write(1)
        one = await house.asked.sign()
        assert signers_of(one, [new.verifier, founded.checkpoints]) == [new.verifier]
        keys = (await house.asked.keys()).keys
    periods = {each.key: (each.first_size, each.last_size) for each in keys}
    assert periods[str(founded.checkpoints)] == (1, 2)
    assert periods[str(new.verifier)] == (2, None)
