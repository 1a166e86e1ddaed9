"""Keys of NATS as text, and the file that holds the callout's own."""

from base64 import b32decode, b32encode
from pathlib import Path

import pytest

from events.log.client.nkeys import BadKey, Kind, public_bytes, public_text, seed_bytes, seed_text
from services.access.callout.keys import BadKeyFile, CalloutKeys, make_keys, read_keys

RAW = bytes(range(32))
LETTERS: dict[Kind, str] = {"account": "A", "server": "N", "user": "U", "curve": "X"}


@pytest.mark.parametrize("kind", LETTERS)
def test_a_key_is_read_as_it_was_written_and_begins_with_its_kinds_letter(kind: Kind) -> None:
    public, seed = public_text(kind, RAW), seed_text(kind, RAW)
    assert public[0] == LETTERS[kind]
    assert seed[:2] == f"S{LETTERS[kind]}"
    assert public_bytes(kind, public) == seed_bytes(kind, seed) == RAW


def test_the_text_is_that_of_nats() -> None:
    """A user's seed and its public key, from the documentation of nats-io/nkeys (its README signs with them)."""
    seed, public = (
        "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY",
        "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4",
    )
    assert seed_text("user", seed_bytes("user", seed)) == seed
    assert public_text("user", public_bytes("user", public)) == public


@pytest.mark.parametrize("kind", LETTERS)
def test_one_sign_that_is_wrong_is_noticed(kind: Kind) -> None:
    public = public_text(kind, RAW)
    wrong = bytearray(b32decode(public + "=" * (-len(public) % 8)))
    wrong[5] ^= 1
    with pytest.raises(BadKey):
        public_bytes(kind, b32encode(wrong).rstrip(b"=").decode())


@pytest.mark.parametrize("text", ["", "A", "a" * 56, "ä" * 56, seed_text("account", RAW), public_text("user", RAW)])
def test_what_is_no_key_of_the_kind_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        public_bytes("account", text)


class TestTheFile:
    def test_is_made_once_and_only_its_owner_reads_it(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "callout.keys"
        made = make_keys(path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert (made.issuer[0], made.xkey[0]) == ("A", "X")
        again = make_keys(path)
        assert (again.issuer, again.xkey) == (made.issuer, made.xkey)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_that_others_may_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "callout.keys"
        make_keys(path)
        path.chmod(mode)
        with pytest.raises(BadKeyFile, match="chmod 600"):
            read_keys(path)

    @pytest.mark.parametrize(
        "text", ["", "SA", seed_text("account", RAW), f"{seed_text('curve', RAW)} {seed_text('account', RAW)}", "ä ö"]
    )
    def test_that_holds_something_else_is_refused_without_telling_it(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "callout.keys"
        path.touch(0o600)
        path.write_text(text)
        with pytest.raises(BadKeyFile, match="does not hold") as refused:
            read_keys(path)
        assert not text or text not in str(refused.value)

    def test_that_is_missing_names_the_command_that_makes_it(self, tmp_path: Path) -> None:
        with pytest.raises(BadKeyFile, match="--make-keys"):
            read_keys(tmp_path / "none")


def test_keys_do_not_show_what_is_secret() -> None:
    keys = CalloutKeys.generated()
    assert bytes(keys.signing).hex() not in repr(keys)
    assert repr(keys) == "CalloutKeys()"
