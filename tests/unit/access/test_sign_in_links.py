"""Links to sign in with: each is used once, by whoever comes first, and only for a while."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.access.issuer.sign_in_links import LINK_SECONDS, LinkNotKept, SignInLinks
from services.access.issuer.tokens import MadeToken
from services.access.principal import Principal

NOW = 1_795_000_000.0
WHO = Principal(id="cl-1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"northside"}), token="t1")
MADE = MadeToken("header.claims.signature", WHO, int(NOW) + 3600)


@pytest.fixture
def links(tmp_path: Path) -> SignInLinks:
    return SignInLinks(tmp_path)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "issuer" / "sign-in").iterdir())


def test_looking_at_a_link_does_not_use_it(links: SignInLinks) -> None:
    code = links.make(MADE, NOW)
    first, second = links.look(code, NOW + 1), links.look(code, NOW + 2)
    used = links.use(code, NOW + 3)

    assert first == second == used
    assert used is not None
    assert (used.token, used.principal, used.expires) == (MADE.text, WHO, MADE.expires)


def test_a_link_is_used_once_and_leaves_nothing(links: SignInLinks, tmp_path: Path) -> None:
    code = links.make(MADE, NOW)

    assert links.use(code, NOW) is not None
    assert links.use(code, NOW) is None
    assert links.look(code, NOW) is None
    assert files(tmp_path) == []


def test_of_many_who_use_it_at_once_one_is_signed_in(links: SignInLinks) -> None:
    code = links.make(MADE, NOW)
    with ThreadPoolExecutor(16) as several:
        found = list(several.map(lambda _: links.use(code, NOW), range(64)))

    assert len([each for each in found if each is not None]) == 1


def test_a_link_is_too_old_after_a_while_and_never_outlives_its_token(links: SignInLinks) -> None:
    code = links.make(MADE, NOW)
    assert links.look(code, NOW + LINK_SECONDS - 1) is not None
    assert links.look(code, NOW + LINK_SECONDS) is None
    assert links.use(code, NOW + LINK_SECONDS) is None

    short = links.make(MadeToken(MADE.text, WHO, int(NOW) + 60), NOW)
    assert links.look(short, NOW + 60) is None


@pytest.mark.parametrize(
    "code", ["", "0" * 32, "../signing-key.json", "..", "/etc/passwd", "\x00", "\udcff", "a" * 10_000]
)
def test_any_other_code_leads_nowhere(links: SignInLinks, code: str) -> None:
    links.make(MADE, NOW)

    assert links.look(code, NOW) is None
    assert links.use(code, NOW) is None


def test_a_link_is_for_its_owner_alone_and_its_file_does_not_tell_the_code(links: SignInLinks, tmp_path: Path) -> None:
    code = links.make(MADE, NOW)
    (file,) = files(tmp_path)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert code not in file.name
    assert code not in file.read_text()


def test_what_was_never_used_goes_when_the_next_link_is_made(links: SignInLinks, tmp_path: Path) -> None:
    links.make(MADE, NOW)
    (old,) = files(tmp_path)
    os.utime(old, (NOW, NOW))
    links.make(MADE, NOW + LINK_SECONDS + 1)

    assert old not in files(tmp_path)
    assert len(files(tmp_path)) == 1


def test_a_file_that_is_none_of_a_link_leads_nowhere(links: SignInLinks, tmp_path: Path) -> None:
    for spoiled in ("", "{", "[]", '{"token": "t"}'):
        code = links.make(MADE, NOW)
        (file,) = files(tmp_path)
        file.write_text(spoiled)
        assert links.use(code, NOW) is None


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "issuer").write_text("no folder")
    with pytest.raises(LinkNotKept, match="CAIRN_DATA_DIR"):
        SignInLinks(tmp_path).make(MADE, NOW)


def test_a_token_is_in_no_representation(links: SignInLinks) -> None:
    waiting = links.look(links.make(MADE, NOW), NOW)

    assert MADE.text not in f"{waiting!r} {MADE!r}"
