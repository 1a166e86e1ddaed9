"""`cairn sign-in`: a link is printed, and what it leads to is a token of the embedded issuer, listed as any other."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from events.log import connect, declare_log
from services.access.issuer.sign_in_links import SignInLinks
from services.access.issuer.signing_key import signing_key
from services.embedded_server import EmbeddedServer
from tests.forked import Ran, cairn

CLINICIAN = ("--role", "clinician", "--org", "northside", "--actor", "cl-1", "--by", "ada")
Run = Callable[..., Awaitable[Ran]]


@pytest.fixture
async def run(own_server: EmbeddedServer, tmp_path: Path) -> Run:
    signing_key(tmp_path)
    connection = await connect(own_server.url, name="test")
    await declare_log(connection)
    await connection.close()

    async def command(*arguments: str, **environment: str) -> Ran:
        place = {"CAIRN_NATS_URL": own_server.url, "CAIRN_DATA_DIR": str(tmp_path)}
        return await cairn(*arguments, stdin=b"", meanwhile=None, **place, **environment)

    return command


async def test_a_link_leads_to_a_token_that_was_recorded(run: Run, tmp_path: Path) -> None:
    made = await run("sign-in", *CLINICIAN, "--for", "30m", CAIRN_PUBLIC_URL="https://cairn.example.org")
    assert made.code == 0, made.err
    address, code = made.out.strip().rsplit("/", 1)
    waiting = SignInLinks(tmp_path).look(code, time.time())

    assert address == "https://cairn.example.org/sign-in/link"
    assert made.err.strip() == "It signs in cl-1, clinician, northside, once, within 15 minutes."
    assert waiting is not None
    assert waiting.principal.id == "cl-1"
    assert waiting.principal.roles == {"clinician"}
    assert waiting.principal.orgs == {"northside"}
    assert 29 * 60 <= waiting.expires - time.time() <= 30 * 60
    assert waiting.token not in made.out + made.err
    [listed] = (await run("token", "list", "--json")).json["items"]
    assert (listed["token"], listed["by"], listed["state"]) == (waiting.principal.token, "ada", "valid")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Say whom to sign in: --role clinician --org ORG --actor ID."),
        (("--role", "operator"), "Say whom to sign in: --role operator --actor ID."),
        (("--role", "auditor", "--org", "northside"), "in: --role auditor --org northside --actor ID."),
        (("--role", "clinician", "--actor", "cl-1"), "Name the organisation"),
        (("--org", "northside", "--actor", "c l"), "--actor must be"),
        (("--role", "nobody"), "Invalid value"),
        ((*CLINICIAN, "--for", "1000d"), "A token is valid from"),
    ],
)
async def test_what_does_not_go_together_is_said(run: Run, arguments: tuple[str, ...], says: str) -> None:
    ran = await run("sign-in", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


async def test_with_an_issuer_people_sign_in_there(run: Run) -> None:
    issuer = {"CAIRN_OIDC_ISSUER": "https://login.example", "CAIRN_OIDC_AUDIENCE": "cairn"}
    ran = await run("sign-in", *CLINICIAN, **issuer)

    assert ran.code == 2
    assert "https://login.example" in ran.err
