"""Who is admitted, to which account and under which name, and who is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from nacl.signing import SigningKey
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.log.client.connection import flush
from services.access.callout import answers
from services.access.callout.jwt import signed
from services.access.principal import Principal
from tests.integration.callout.configured import USERS, StubTokens, client, connect_user, refusal
from tests.integration.deploy.deployed import Deployed

pytestmark = pytest.mark.usefixtures("callout")


async def seen_as(server: Deployed, token: str, subject: str, **options: str) -> dict[str, str]:
    """What the goals service's server says of who sends a submission."""
    async with connect_user(server, "goals") as goals, client(server, token, **options) as sender:
        heard = await goals.subscribe(subject)
        await flush(goals)
        forged = {"Nats-Request-Info": json.dumps({"acc": "CAIRN", "user": "goals"})}
        await sender.nc.publish(subject, b"{}", headers=forged)
        message: Msg = await heard.next_msg(5)
    info: dict[str, str] = json.loads((message.headers or {})["Nats-Request-Info"])
    return info


async def test_a_patient_is_in_its_organisations_account_under_its_principals_name(
    server: Deployed, tokens: StubTokens
) -> None:
    principal = tokens.add("p1", roles={"patient"}, orgs={"northside"}, patient="pt-1")
    info = await seen_as(server, "p1", "cairn.submit.northside.pt-1.walk")
    assert info["acc"] == "NORTHSIDE"
    named = Principal.decoded(info["user"].removeprefix("principal."))
    assert named.model_copy(update={"expires": None}) == principal
    assert named.expires == int(tokens.known["p1"].expires)


async def test_the_token_may_stand_in_the_place_of_a_password(server: Deployed, tokens: StubTokens) -> None:
    tokens.add("two", roles={"clinician"}, orgs={"northside", "southside"})
    info = await seen_as(server, "two", "cairn.submit.southside.pt-1.walk", user="org.southside")
    assert info["acc"] == "SOUTHSIDE"
    assert Principal.decoded(info["user"].removeprefix("principal.")).orgs == {"southside"}


@pytest.mark.parametrize("user", ["", "org.riverside", "southside", "org.", "org.northside.southside"])
async def test_who_has_several_organisations_has_to_name_one_of_them(
    server: Deployed, tokens: StubTokens, user: str
) -> None:
    tokens.add("several", roles={"clinician"}, orgs={"northside", "southside"})
    assert await refusal(server, "several", **({"user": user} if user else {})) == "access.denied"


@pytest.mark.parametrize("user", ["someone", "principal.e30", "system", "org.southside"])
async def test_a_user_name_that_the_client_makes_up_is_refused(server: Deployed, tokens: StubTokens, user: str) -> None:
    tokens.add("one", roles={"clinician"}, orgs={"northside"})
    assert await refusal(server, "one", user=user) == "access.denied"


@pytest.mark.parametrize("user", sorted(USERS))
async def test_a_token_is_no_password_of_a_configured_user(server: Deployed, tokens: StubTokens, user: str) -> None:
    tokens.add("none-of-yours", roles={"clinician"}, orgs={"northside"})
    tokens.asked.clear()
    with pytest.raises(NatsError, match="Authorization"):
        async with client(server, "none-of-yours", user=user):
            pass
    assert tokens.asked == []  # the server did not ask


async def test_a_principal_whose_id_is_a_configured_users_name_is_not_that_user(
    server: Deployed, tokens: StubTokens
) -> None:
    tokens.add("posing", id="goals", roles={"clinician"}, orgs={"northside"})
    info = await seen_as(server, "posing", "cairn.submit.northside.pt-1.walk")
    assert (info["acc"], info["user"]) != ("CAIRN", "goals")
    assert info["user"].startswith("principal.")


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        ({"roles": set(), "orgs": {"northside"}}, "access.denied"),
        ({"roles": {"patient"}, "orgs": {"northside"}}, "access.denied"),  # names no patient
        ({"roles": {"patient"}, "orgs": {"northside"}, "patient": ">"}, "access.denied"),
        ({"roles": {"patient"}, "orgs": {"northside"}, "patient": "*"}, "access.denied"),
        ({"roles": {"patient"}, "orgs": {"northside"}, "patient": "a.b"}, "access.denied"),
        ({"roles": {"operator"}, "orgs": {"northside"}}, "access.denied"),
        ({"roles": {"operator"}}, "access.denied"),
        ({"roles": {"family"}, "orgs": {"northside"}}, "access.denied"),
        ({"roles": {"clinician"}}, "access.denied"),
        ({"roles": {"clinician"}, "orgs": {"riverside"}}, "org.unknown"),
        *(({"roles": {"clinician"}, "orgs": {org}}, "org.unknown") for org in ("CAIRN", "cairn", "SYSTEM", "$G", "*")),
        ({"roles": {"clinician"}, "orgs": {"northside"}, "scopes": {"patient/*.rs"}}, "access.scope_missing"),
        ({"roles": {"clinician"}, "orgs": {"northside"}, "seconds": 3}, "access.token_expired"),
        ({"roles": {"clinician"}, "orgs": {"northside"}, "seconds": -1}, "access.token_expired"),
    ],
    ids=str,
)
async def test_a_token_that_gives_nothing_here_is_refused(
    server: Deployed, tokens: StubTokens, principal: dict[str, Any], code: str
) -> None:
    tokens.add("nothing", **principal)
    assert await refusal(server, "nothing") == code


async def test_an_unknown_token_is_refused_and_stands_in_no_log(
    server: Deployed, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        assert await refusal(server, "a-secret-token") == "access.token_invalid"
    assert "a-secret-token" not in server.log_file.read_text() + caplog.text


async def test_who_gives_no_token_is_refused(server: Deployed) -> None:
    assert await refusal(server, "", user="org.northside") == "access.token_missing"


async def test_a_long_token_reaches_the_callout(server: Deployed, tokens: StubTokens) -> None:
    long = "t" * 16_000
    tokens.add(long, id="long", roles={"clinician"}, orgs={"northside"})
    async with client(server, long, "long") as admitted:
        assert await admitted.may_publish("cairn.submit.northside.pt-1.walk")


class TestTheServer:
    """Why Cairn always writes permissions and a name: what nats-server makes of a user that has none."""

    @pytest.fixture
    def without(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str]], None]:
        """Has the callout leave claims out of the users that it makes; those below `nats` are written `nats.…`."""

        def leave_out(names: set[str]) -> None:
            def shorter(claims: dict[str, Any], key: SigningKey) -> str:
                if claims["nats"]["type"] == "user":
                    nats = {name: value for name, value in claims["nats"].items() if f"nats.{name}" not in names}
                    claims = {name: value for name, value in claims.items() if name not in names} | {"nats": nats}
                return signed(claims, key)

            monkeypatch.setattr(answers, "signed", shorter)

        return leave_out

    async def test_lets_one_without_permissions_do_everything_in_its_account(
        self, server: Deployed, tokens: StubTokens, without: Callable[[set[str]], None]
    ) -> None:
        tokens.add("limited", roles={"patient"}, orgs={"northside"}, patient="pt-1")
        async with client(server, "limited") as patient:
            assert not await patient.may_subscribe(">")
        without({"nats.pub", "nats.sub"})
        async with client(server, "limited") as patient:
            assert await patient.may_subscribe(">")
            assert await patient.may_publish("cairn.submit.northside.pt-2.walk")

    async def test_believes_the_name_that_a_client_has_given_where_it_has_no_other(
        self, server: Deployed, tokens: StubTokens, without: Callable[[set[str]], None]
    ) -> None:
        tokens.add("nameless", roles={"clinician"}, orgs={"northside"})
        without({"name"})
        info = await seen_as(server, "nameless", "cairn.submit.northside.pt-1.walk", user="org.northside")
        assert info["user"] == "org.northside"


async def test_configured_users_log_in_with_their_own_passwords(server: Deployed) -> None:
    for user in USERS:
        async with connect_user(server, user) as nc:
            assert nc.is_connected
