"""Who the users of the NATS server are, by the file that names them and by what the server says of a request."""

import json
from pathlib import Path

import pytest

from events.attribute_headers import OddHeaders
from services.access.nats_requests import NatsRequests, forwarded_for
from services.access.nats_users import BadNatsUsers, NatsUsers
from services.access.policy import Denied
from services.access.principal import Principal

FILE = """
[accounts.NORTH]
organisation = "north"

[accounts.NORTH.users.north]
roles = ["system"]
speaks_for = ["patient", "clinician"]

[accounts.NORTH.users.dana]
id = "c-dana"
kind = "person"
roles = ["clinician"]

[accounts.SOUTH]
organisation = "south"

[accounts.CAIRN.users.operator]
kind = "person"
roles = ["operator"]
"""
DANA = Principal(id="idp|dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"north", "south"}))


@pytest.fixture
def users(tmp_path: Path) -> NatsUsers:
    return NatsUsers.read(_written(tmp_path, FILE))


def _written(folder: Path, text: str) -> Path:
    file = folder / "principals.toml"
    file.write_text(text)
    return file


def said(account: object, user: object) -> dict[str, str]:
    """What the server says of a request."""
    return {"Nats-Request-Info": json.dumps({"acc": account, "rtt": 91_000, "user": user})}


class TestAUser:
    def test_of_the_file_belongs_to_the_organisation_of_its_account(self, users: NatsUsers) -> None:
        north = users.principal("NORTH", "north")

        assert (north.id, north.kind, north.orgs) == ("NORTH/north", "system", frozenset({"north"}))
        assert north.has("system")
        assert north.speaks_for == {"patient", "clinician"}
        assert users.principal("NORTH", "dana").id == "c-dana"

    def test_without_an_organisation_is_of_the_house(self, users: NatsUsers) -> None:
        assert users.principal("CAIRN", "operator").orgs == frozenset()

    @pytest.mark.parametrize(
        ("account", "user"), [("SOUTH", "north"), ("NORTH", "operator"), ("WEST", "north"), ("", "")]
    )
    def test_that_the_file_does_not_name_in_this_account_is_nobody(
        self, users: NatsUsers, account: str, user: str
    ) -> None:
        with pytest.raises(Denied):
            users.principal(account, user)

    def test_of_the_auth_callout_is_the_principal_in_its_name(self, users: NatsUsers) -> None:
        found = users.principal("NORTH", f"principal.{DANA.encoded()}")

        assert found == DANA.model_copy(update={"orgs": frozenset({"north"})})

    def test_of_the_auth_callout_must_belong_to_the_organisation_of_its_account(self, users: NatsUsers) -> None:
        elsewhere = DANA.model_copy(update={"orgs": frozenset({"east"})})
        everywhere = DANA.model_copy(update={"orgs": frozenset(), "roles": frozenset({"operator", "system"})})
        for principal, account in ((elsewhere, "NORTH"), (everywhere, "NORTH"), (DANA, "CAIRN"), (DANA, "WEST")):
            with pytest.raises(Denied):
                users.principal(account, f"principal.{principal.encoded()}")

    @pytest.mark.parametrize("name", ["principal.", "principal.e30", "principal.?", "principal.eyJpZCI6"])
    def test_whose_name_cannot_be_read_is_nobody(self, users: NatsUsers, name: str) -> None:
        with pytest.raises(Denied):
            users.principal("NORTH", name)


class TestAFile:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            pytest.param("[", "cannot be read as TOML", id="no TOML"),
            pytest.param("", "accounts", id="nothing"),
            pytest.param(
                '[accounts.A.users.u]\nroles = ["boss"]', "accounts.A.users.u.roles", id="a role that is none"
            ),
            pytest.param(
                '[accounts.A.users.u]\nroles = []\nrole = "x"', "accounts.A.users.u.role", id="a mistyped field"
            ),
            pytest.param('[accounts.A]\norganisation = "a.b"', "accounts.A.organisation", id="no organisation's id"),
            pytest.param(
                '[accounts.A]\norganisation = "a"\n[accounts.A.users.u]\nroles = []\norgs = ["b"]',
                "no other orgs",
                id="another organisation",
            ),
            pytest.param('[accounts.A.users."principal.x"]\nroles = []', "must not begin with", id="a callout's name"),
        ],
    )
    def test_that_is_not_right_says_where(self, tmp_path: Path, text: str, told: str) -> None:
        with pytest.raises(BadNatsUsers, match=told):
            NatsUsers.read(_written(tmp_path, text))

    def test_that_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(BadNatsUsers, match=r"none\.toml"):
            NatsUsers.read(tmp_path / "none.toml")


class TestARequest:
    def test_is_of_the_account_and_user_that_the_server_names(self, users: NatsUsers) -> None:
        assert NatsRequests(users).sender(said("NORTH", "dana")).id == "c-dana"

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param(None, id="no headers"),
            pytest.param({}, id="no word of the server"),
            pytest.param({"Nats-Request-Info": ""}, id="an empty word"),
            pytest.param({"Nats-Request-Info": "{"}, id="no JSON"),
            pytest.param({"Nats-Request-Info": "[1]"}, id="no object"),
            pytest.param({"Nats-Request-Info": '{"acc":"NORTH"}'}, id="no user"),
            pytest.param(said("SOUTH", "north"), id="a user of another account"),
            pytest.param(said(None, "north"), id="no account"),
            pytest.param(
                {"nats-request-info": said("NORTH", "dana")["Nats-Request-Info"]}, id="a name of the sender's"
            ),
            pytest.param(
                OddHeaders([*said("SOUTH", "x").items(), *said("NORTH", "dana").items()], b""), id="two words"
            ),
        ],
    )
    def test_whose_sender_is_not_known_is_denied(self, users: NatsUsers, headers: dict[str, str] | None) -> None:
        with pytest.raises(Denied):
            NatsRequests(users).sender(headers)

    def test_where_no_users_are_named_is_of_the_house(self) -> None:
        house = NatsRequests(None).sender(said("NORTH", "dana"))

        assert (house.id, house.has("system", "operator"), house.orgs) == ("node", True, frozenset())

    def test_of_an_operator_from_the_log_s_own_account_has_no_word_of_the_server(self, users: NatsUsers) -> None:
        operator = NatsRequests(users).operator({"content-type": "application/json"})

        assert (operator.id, operator.has("operator")) == ("log_operator", True)

    def test_of_an_operator_from_another_account_is_whose_the_server_says(self, users: NatsUsers) -> None:
        assert NatsRequests(users).operator(said("NORTH", "dana")).id == "c-dana"
        for forged in ({"nats-request-info": "{}"}, {"Nats-Request-Info": ""}, said("LOG", "log_operator")):
            with pytest.raises(Denied):
                NatsRequests(users).operator(forged)

    def test_that_is_forwarded_is_of_whom_it_is_forwarded_for(self) -> None:
        assert forwarded_for({"cairn-principal": DANA.encoded()}) == DANA

    @pytest.mark.parametrize("headers", [None, {}, {"cairn-principal": ""}, {"cairn-principal": "e30"}], ids=repr)
    def test_that_is_forwarded_for_nobody_is_denied(self, headers: dict[str, str] | None) -> None:
        with pytest.raises(Denied):
            forwarded_for(headers)
