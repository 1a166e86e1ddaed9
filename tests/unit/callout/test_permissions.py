"""What the callout gives: never an empty list, never another organisation, never a subject that a token made up."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.vocabulary import ActorRole
from services.access.authentication import CheckedToken
from services.access.callout.accounts import BadAccounts, read_accounts
from services.access.callout.admission import KICK_BEFORE_SECONDS, Admission, Refused, admission
from services.access.callout.permissions import Permissions, inbox_prefix, permissions
from services.access.policy import GRANTS
from services.access.principal import Principal, Role

ACCOUNTS = {"north": "NORTH", "south": "SOUTH"}
NOW = 1_800_000_000.0
_ids = st.text(min_size=1, max_size=80) | st.sampled_from(["north", "south", "a.b", "*", ">", "north.>", "pt-1", "CAIRN"])
principals = st.builds(
    Principal,
    id=_ids,
    kind=st.sampled_from(["person", "system"]),
    roles=st.frozensets(st.sampled_from(get_args(Role))),
    orgs=st.frozensets(_ids, max_size=3),
    patient=st.none() | _ids,
    speaks_for=st.frozensets(st.sampled_from(get_args(ActorRole))),
    words=st.booleans(),
    token=st.none() | _ids,
)
_SUBJECT = re.compile(
    r"cairn\.(submit|intake|feed|outcome|notice)\.(?P<org>[\w-]{1,64})(\.(?P<patient>[\w-]{1,64}))?\.>", re.ASCII
)


def placed(principal: Principal, user: str = "", seconds: float = 600) -> Admission:
    return admission(CheckedToken(principal, NOW + seconds), user, ACCOUNTS, NOW)


@given(principals, st.sampled_from(["", "org.north", "org.south", "org.*", "goals"]) | st.text(max_size=20))
def test_whatever_a_token_says_only_subjects_of_its_organisation_are_given(principal: Principal, user: str) -> None:
    try:
        found = placed(principal, user)
    except Refused:
        return
    [org] = found.principal.orgs
    assert org in principal.orgs
    assert found.account == ACCOUNTS[org]
    assert Principal.decoded(found.user.removeprefix("principal.")) == found.principal
    claims = found.permissions.claims()
    for direction in ("pub", "sub"):
        assert claims[direction].get("allow") or claims[direction] == {"deny": [">"]}
    *heard, inbox = found.permissions.subscribe
    assert inbox == f"{inbox_prefix(principal.id)}.>"
    for subject in (*found.permissions.publish, *heard):
        parts = _SUBJECT.fullmatch(subject)
        assert parts is not None, subject
        assert parts["org"] == org
        of_all = {role for role in principal.roles if GRANTS[role].reach == "own organisations"}
        assert of_all or parts["patient"] == principal.patient


def test_nothing_is_written_as_everything_denied() -> None:
    """An empty list is no limit for nats-server."""
    assert Permissions((), ()).claims() == {"pub": {"deny": [">"]}, "sub": {"deny": [">"]}}


@given(_ids, _ids)
def test_two_principals_never_share_an_inbox(one: str, other: str) -> None:
    prefixes = inbox_prefix(one), inbox_prefix(other)
    assert (prefixes[0] == prefixes[1]) == (one == other)
    for prefix in prefixes:
        assert re.fullmatch(r"_INBOX_~?[\w-]{1,64}", prefix, re.ASCII)


def test_an_inbox_prefix_that_looks_like_a_hash_is_not_one() -> None:
    hashed = inbox_prefix("auth0|dana")
    assert inbox_prefix(hashed.removeprefix("_INBOX_")) != hashed
    assert inbox_prefix(hashed.removeprefix("_INBOX_~")) != hashed


def test_an_organisation_that_is_not_the_principals_gives_nothing() -> None:
    clinician = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"north"}))
    assert permissions(clinician, "north") is not None
    assert permissions(clinician, "south") is None


@pytest.mark.parametrize("seconds", [-1, 0, KICK_BEFORE_SECONDS])
def test_a_token_that_expires_in_a_moment_is_not_admitted(seconds: float) -> None:
    clinician = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"north"}))
    with pytest.raises(Refused) as refused:
        placed(clinician, seconds=seconds)
    assert refused.value.code == "access.token_expired"
    assert placed(clinician, seconds=KICK_BEFORE_SECONDS + 1).expires > NOW


class TestAccounts:
    def read(self, folder: Path, text: str) -> Any:
        path = folder / "principals.toml"
        path.write_text(text)
        return read_accounts(path)

    def test_are_read(self, tmp_path: Path) -> None:
        text = '[accounts.CAIRN.users.goals]\nroles = ["system"]\n[accounts.NORTH]\norganisation = "north"\n'
        assert self.read(tmp_path, text) == {"north": "NORTH"}

    @pytest.mark.parametrize("account", ["LOG", "CAIRN", "ACCESS", "AUTH", "SYSTEM", '"$G"', '"$SYS"', "SYS"])
    def test_of_the_house_are_no_organisations(self, tmp_path: Path, account: str) -> None:
        with pytest.raises(BadAccounts, match="no organisation's"):
            self.read(tmp_path, f'[accounts.{account}]\norganisation = "north"\n')

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "not toml",
            "accounts = 7",
            '[accounts.CAIRN.users.goals]\nroles = ["system"]\n',
            '[accounts.A]\norganisation = "north"\n[accounts.B]\norganisation = "north"\n',
            '[accounts.A]\norganisation = "*"\n',
        ],
    )
    def test_that_say_nothing_clear_are_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(BadAccounts):
            self.read(tmp_path, text)

    def test_whose_file_is_missing_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadAccounts, match="cannot be read"):
            read_accounts(tmp_path / "none.toml")


