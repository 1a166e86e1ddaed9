"""The embedded issuer's key: made once, whole, for its owner alone."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.access.issuer.signing_key import FILE, FOLDER, UnusableSigningKey, signing_key
from tests.unit.access.tokens import key


def test_it_is_made_once(tmp_path: Path) -> None:
    data_dir = tmp_path / "new"
    assert signing_key(data_dir) == signing_key(data_dir)
    assert [path.name for path in (data_dir / FOLDER).iterdir()] == [FILE]
    assert stat.S_IMODE((data_dir / FOLDER).stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / FOLDER / FILE).stat().st_mode) == 0o600


def test_of_many_at_once_all_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(signing_key, [tmp_path] * 32))
    assert len({each.thumbprint() for each in found}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_can_reach_is_not_used(tmp_path: Path, mode: int) -> None:
    signing_key(tmp_path)
    (tmp_path / FOLDER / FILE).chmod(mode)
    with pytest.raises(UnusableSigningKey, match="Remove the file"):
        signing_key(tmp_path)


def put(data_dir: Path, text: str) -> None:
    signing_key(data_dir)
    (data_dir / FOLDER / FILE).write_text(text)


@pytest.mark.parametrize("kind", ["RSA", "EC", "Ed448", "oct"])
def test_another_kind_of_key_is_not_used(tmp_path: Path, kind: str) -> None:
    put(tmp_path, json.dumps(key(kind).as_dict(private=True)))
    with pytest.raises(UnusableSigningKey, match="no Ed25519 key"):
        signing_key(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "key", '{"kty": "OKP", "crv": "Ed25519", "x": "AA"}'])
def test_what_is_no_key_is_not_used_and_not_overwritten(tmp_path: Path, text: str) -> None:
    put(tmp_path, text)
    with pytest.raises(UnusableSigningKey, match="no Ed25519 key"):
        signing_key(tmp_path)
    assert (tmp_path / FOLDER / FILE).read_text() == text


def test_a_public_key_alone_signs_nothing(tmp_path: Path) -> None:
    put(tmp_path, json.dumps(key("OKP").as_dict(private=False)))
    with pytest.raises(UnusableSigningKey, match="no Ed25519 key"):
        signing_key(tmp_path)


def test_a_link_to_somewhere_else_is_not_followed(tmp_path: Path) -> None:
    signing_key(tmp_path / "another")
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / FILE).symlink_to(tmp_path / "another" / FOLDER / FILE)
    with pytest.raises(UnusableSigningKey, match="cannot be read"):
        signing_key(tmp_path)


def test_where_nothing_can_be_made_a_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnusableSigningKey, match="CAIRN_DATA_DIR"):
        signing_key(tmp_path / "file")
