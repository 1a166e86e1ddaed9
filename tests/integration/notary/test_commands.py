"""The commands of the notary, as an operator gives them."""

import re
from pathlib import Path

import pytest

from events.transparency.checkpoints import opened_checkpoint
from events.transparency.keys import VerifierKey, parse_verifier_key
from events.transparency.notes import parse_note, signers_of
from services.access.records.stream import declare_access
from tests.forked import Ran, cairn
from tests.integration.notary.house import STREAM, House

KEY = re.compile(r"^(?:Key of|New key of) checkpoints: +(\S+)$", re.MULTILINE)


@pytest.fixture
def operator(house: House) -> dict[str, str]:
    """The environment of whoever looks after the notary."""
    return {
        "CAIRN_NATS_URL": house.server.url,
        "CAIRN_DATA_DIR": str(house.settings.data_dir),
        "CAIRN_NOTARY_DIR": str(house.settings.notary_folder),
        "CAIRN_OPERATOR": "ada",
    }


def key_in(done: Ran) -> VerifierKey:
    found = KEY.search(done.out)
    assert found is not None, done
    return parse_verifier_key(found[1])


async def test_from_making_it_to_its_second_generation(house: House, operator: dict[str, str], tmp_path: Path) -> None:
    missing = await cairn("serve", "notary", **operator)
    assert "Make it, once: cairn notary init" in missing.err

    made = await cairn("notary", "init", "--domain", "records.clinic.example", **operator)
    assert made.code == 0
    again = await cairn("notary", "init", "--domain", "records.clinic.example", **operator)
    assert "already" in again.err
    silent = await cairn("notary", "status", **operator)
    assert "No notary answers" in silent.err

    await house.write(3)
    await declare_access(house.nc)
    async with house.notary():
        await house.published(3)
        status = await cairn("notary", "status", **operator)
        assert status.code == 0
        assert "signed:     3 leaves" in status.out
        assert '"published_size": 3' in (await cairn("notary", "status", "--json", **operator)).out

        rotated = await cairn("notary", "rotate", **operator)
        await house.write(1)
        backed_up = await cairn("log", "backup", str(tmp_path / "backup"), **operator)
        assert backed_up.code == 0, backed_up
        note = parse_note((tmp_path / "backup" / "checkpoint").read_bytes())
        both = [key_in(made), key_in(rotated)]
        assert opened_checkpoint(note, key_in(made)).size == 4
        assert signers_of(note, both) == both
        finished = await cairn("notary", "rotate", "--finish", **operator)
        assert str(key_in(made)) in finished.out

        ended = await cairn("notary", "succeed", "--reason", "a drill", "--yes", **operator)
        assert ended.code == 0, ended
        assert "up to 4 leaves it is the same as the log is now" in ended.out
        assert key_in(ended).name.endswith("-2")
    secrets = [each.read_text() for each in house.settings.notary_folder.rglob("*-key*")]
    told = "".join(each.out + each.err for each in (made, again, status, rotated, finished, ended))
    assert len(secrets) == 4
    assert not [each for each in secrets if each.split("+")[-1].strip() in told]


async def test_a_backup_without_a_notary_says_so_and_is_made(
    house: House, operator: dict[str, str], tmp_path: Path
) -> None:
    await house.write(1)
    await declare_access(house.nc)
    done = await cairn("log", "backup", str(tmp_path / "backup"), **operator)
    assert done.code == 0, done
    assert f"{STREAM}: no checkpoint goes with this backup. No notary answers" in done.err
    assert not (tmp_path / "backup" / "checkpoint").exists()


async def test_keys_inside_the_data_folder_are_refused(house: House, operator: dict[str, str]) -> None:
    operator["CAIRN_NOTARY_DIR"] = str(house.settings.data_dir / "keys")
    refused = await cairn("notary", "init", "--domain", "records.clinic.example", **operator)
    assert (refused.code, "inside the data folder" in refused.err) == (1, True)
    assert not house.settings.data_dir.exists()
