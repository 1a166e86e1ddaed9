"""The commands of the notary, as an operator gives them."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from events.log.backup import Manifest, write_archive
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.keys import VerifierKey, parse_verifier_key
from events.transparency.notes import parse_note, signers_of
from services.access.records.stream import declare_access
from tests.anew import restore_anew
from tests.forked import Ran, cairn
from tests.integration.notary.house import STREAM, House
from tests.waiting import eventually

Operator = Callable[..., Awaitable[Ran]]
KEY = re.compile(r"^(?:Key of|New key of) checkpoints: +(\S+)$", re.MULTILINE)


@pytest.fixture
def operator(house: House) -> Operator:
    """Gives a command as whoever looks after the notary."""

    async def give(*arguments: str, keys: Path = house.settings.notary_folder) -> Ran:
        return await cairn(
            *arguments,
            CAIRN_NATS_URL=house.server.url,
            CAIRN_DATA_DIR=str(house.settings.data_dir),
            CAIRN_NOTARY_DIR=str(keys),
            CAIRN_OPERATOR="ada",
        )

    return give


def key_in(done: Ran) -> VerifierKey:
    found = KEY.search(done.out)
    assert found is not None, done
    return parse_verifier_key(found[1])


async def test_from_making_it_to_its_second_generation(house: House, operator: Operator, tmp_path: Path) -> None:
    missing = await operator("serve", "notary")
    assert "Make it, once: cairn notary init" in missing.err

    made = await operator("notary", "init", "--domain", "records.clinic.example")
    assert made.code == 0
    again = await operator("notary", "init", "--domain", "records.clinic.example")
    assert "already" in again.err
    silent = await operator("notary", "status")
    assert "No notary answers" in silent.err

    await house.write(3)
    await declare_access(house.nc)
    async with house.notary():
        await house.published(3)
        status = await operator("notary", "status")
        assert status.code == 0
        assert "signed:     3 leaves" in status.out
        assert '"published_size": 3' in (await operator("notary", "status", "--json")).out

        rotated = await operator("notary", "rotate")
        await house.write(1)
        backed_up = await operator("log", "backup", str(tmp_path / "backup"))
        assert backed_up.code == 0, backed_up
        note = parse_note((tmp_path / "backup" / "checkpoint").read_bytes())
        both = [key_in(made), key_in(rotated)]
        assert opened_checkpoint(note, key_in(made)).size == 4
        assert signers_of(note, both) == both
        finished = await operator("notary", "rotate", "--finish")
        assert str(key_in(made)) in finished.out

        ended = await operator("notary", "succeed", "--reason", "a drill", "--yes")
        assert ended.code == 0, ended
        assert "up to 4 leaves it is the same as the log is now" in ended.out
        assert key_in(ended).name.endswith("-2")

        async def recorded() -> bool:
            told = json.loads((await operator("notary", "status", "--json")).out)[0]
            return bool(told["recorded"] == len(told["acts"]) == 4)

        await eventually(recorded)
        acts = json.loads((await operator("log", "acts", "--json")).out)["notary"]
        assert [(each["kind"], each["by"], each["reason"]) for each in acts] == [
            ("founded", "ada", ""),
            ("rotation_begun", "ada", ""),
            ("rotation_finished", "ada", ""),
            ("succeeded", "ada", "a drill"),
        ]
        assert {each["stream"] for each in acts} == {STREAM}
        assert "notary: rotation finished" in (await operator("log", "acts")).out
    secrets = [each.read_text() for each in house.settings.notary_folder.rglob("*-key*")]
    told = "".join(each.out + each.err for each in (made, again, status, rotated, finished, ended))
    assert len(secrets) == 4
    assert not [each for each in secrets if each.split("+", 4)[4].strip() in told]


async def test_a_wrong_copy_that_is_put_right_is_signed_on(house: House, operator: Operator, tmp_path: Path) -> None:
    house.found()
    resume = ("notary", "resume", "--reason", "the copy of yesterday")
    archives = [tmp_path / "older", tmp_path / "newer"]

    async def put_back(archive: Path, manifest: Manifest) -> None:
        await restore_anew(house.nc, manifest, archive)

    async with house.notary():
        manifests: list[Manifest] = []
        for archive in archives:
            await house.write(2)
            await house.published(2 * len(manifests) + 2)
            manifests.append(await write_archive(house.nc, STREAM, archive, lambda *_: None))
        unstopped = await operator(*resume)
        assert "has not stopped" in unstopped.err
        await put_back(archives[0], manifests[0])
        await house.stops()

        refused = await operator(*resume)
        assert (refused.code, "ends at position 2" in refused.err) == (1, True)
        await house.write(3)
        refused = await operator(*resume)
        assert (refused.code, "is another one than" in refused.err) == (1, True), refused

        await put_back(archives[1], manifests[1])
        resumed = await operator(*resume)
        assert resumed.code == 0, resumed
        assert "had stopped at" in resumed.out
        await house.write(1)
        await house.published(5)
        status = await operator("notary", "status")
        stopped, went_on = status.out.splitlines()[-2:]
        assert "STOPPED signing: the log ends at position 2" in stopped
        assert "went on signing by ada: the copy of yesterday" in went_on


async def test_a_notary_signs_though_nobody_knows_what_was_done_with_it(
    house: House, operator: Operator, tmp_path: Path
) -> None:
    assert (await operator("notary", "init", "--domain", "records.clinic.example")).code == 0
    await house.write(3)
    (acts,) = tmp_path.rglob("acts.json")  # noqa: ASYNC240 - a handful of files
    acts.write_text("{")
    async with house.notary():
        await house.published(3)
        keys = (acts.parent / "1" / "keys.json").read_bytes()
        refused = await operator("notary", "rotate")
        assert (refused.code, (acts.parent / "1" / "keys.json").read_bytes()) == (1, keys)
        assert "It says what was done with the notary, and nothing else depends on it" in refused.err
        assert "signed:     3 leaves" in (await operator("notary", "status")).out


async def test_a_backup_without_a_notary_says_so_and_is_made(house: House, operator: Operator, tmp_path: Path) -> None:
    await house.write(1)
    await declare_access(house.nc)
    done = await operator("log", "backup", str(tmp_path / "backup"))
    assert done.code == 0, done
    assert f"{STREAM}: no checkpoint goes with this backup. No notary answers" in done.err
    assert not (tmp_path / "backup" / "checkpoint").exists()


async def test_keys_inside_the_data_folder_are_refused(house: House, operator: Operator) -> None:
    keys = house.settings.data_dir / "keys"
    refused = await operator("notary", "init", "--domain", "records.clinic.example", keys=keys)
    assert (refused.code, "inside the data folder" in refused.err) == (1, True)
    assert not house.settings.data_dir.exists()
