"""What the callout gives: never an empty list, never another organisation, never a subject that a token made up."""

import re
import tomllib
from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from events.vocabulary import ActorRole
from services.access.authentication import CheckedToken
from services.access.callout.accounts import BadAccounts, accounts_of
from services.access.callout.admission import KICK_BEFORE_SECONDS, Admission, Refused, admission
from services.access.callout.permissions import Permissions, inbox_prefix, permissions
from services.access.nats_users import NatsAccount, NatsUsers
from services.access.policy import GRANTS, Denied
from services.access.principal import Principal, Role

ACCOUNTS = {"north": "NORTH", "south": "SOUTH"}
_Accounts = TypeAdapter(dict[str, NatsAccount])
NOW = 1_800_000_000.0
_odd = st.sampled_from(["north", "south", "a.b", "*", ">", "north.>", "pt-1", "CAIRN"])
_ids = st.text(min_size=1, max_size=80) | _odd
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


@pytest.mark.parametrize("org", ["*", ">", "north.>", "", "a b"])
def test_an_organisation_that_is_no_part_of_a_subject_gives_nothing(org: str) -> None:
    clinician = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({org}))
    assert permissions(clinician, org) is None


@pytest.mark.parametrize("seconds", [-1, 0, KICK_BEFORE_SECONDS])
def test_a_token_that_expires_in_a_moment_is_not_admitted(seconds: float) -> None:
    clinician = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"north"}))
    with pytest.raises(Refused) as refused:
        placed(clinician, seconds=seconds)
    assert refused.value.code == "access.token_expired"
    assert placed(clinician, seconds=KICK_BEFORE_SECONDS + 1).expires > NOW


class TestAccounts:
    def read(self, text: str) -> Mapping[str, str]:
        return accounts_of(NatsUsers(_Accounts.validate_python(tomllib.loads(text))))

    def test_are_those_with_an_organisation(self) -> None:
        text = '[CAIRN.users.goals]\nroles = ["system"]\n[NORTH]\norganisation = "north"\n'
        assert self.read(text) == {"north": "NORTH"}

    @pytest.mark.parametrize("account", ["LOG", "CAIRN", "ACCESS", "AUTH", "SYSTEM", '"$G"', '"$SYS"', "SYS"])
    def test_of_the_house_are_no_organisations(self, account: str) -> None:
        with pytest.raises(BadAccounts, match="no organisation's"):
            self.read(f'[{account}]\norganisation = "north"\n')

    def test_of_one_organisation_are_not_two(self) -> None:
        with pytest.raises(BadAccounts, match="north has two accounts"):
            self.read('[A]\norganisation = "north"\n[B]\norganisation = "north"\n')

    def test_have_to_be_there(self) -> None:
        with pytest.raises(BadAccounts, match="nobody could be admitted"):
            self.read('[CAIRN.users.goals]\nroles = ["system"]\n')


def test_the_goals_service_knows_whom_the_callout_has_named() -> None:
    clinician = Principal(
        id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"north", "south"}), token="one"
    )
    found = placed(clinician, "org.south")
    users = NatsUsers({"NORTH": NatsAccount(organisation="north"), "SOUTH": NatsAccount(organisation="south")})
    assert users.principal("SOUTH", found.user) == found.principal
    with pytest.raises(Denied):
        users.principal("NORTH", found.user)
