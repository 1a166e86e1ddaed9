"""`cairn token`: a token is made, used, listed and revoked, and is kept nowhere."""

import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from events.log import connect
from events.log.client.resilient import ResilientClient
from services.access.authentication import TokenRefused
from services.access.issuer.signing_key import signing_key
from services.access.issuer.token_records import STREAM
from services.access.tokens.authenticator import TokenAuthenticator
from services.access.tokens.opening import open_authenticator
from services.embedded_server import EmbeddedServer
from services.settings import Settings
from tests.forked import Ran, cairn
from tests.waiting import eventually

CLINICIAN = ("--role", "clinician", "--org", "northside", "--actor", "cl-1", "--by", "ada")
Run = Callable[..., Awaitable[Ran]]


@pytest.fixture
def run(own_server: EmbeddedServer, tmp_path: Path) -> Run:
    signing_key(tmp_path)

    async def command(*arguments: str) -> Ran:
        return await cairn("token", *arguments, CAIRN_NATS_URL=own_server.url, CAIRN_DATA_DIR=str(tmp_path))

    return command


@pytest.fixture
async def own(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    connection = await connect(own_server.url, name="gateway")
    yield connection
    await connection.close()


@pytest.fixture
async def authenticator(
    own: ResilientClient, own_server: EmbeddedServer, tmp_path: Path
) -> AsyncIterator[TokenAuthenticator]:
    settings = Settings(nats_url=own_server.url, data_dir=tmp_path)
    async with open_authenticator(settings, own) as opened:
        yield opened


async def test_one_line_sets_the_variable(run: Run, authenticator: TokenAuthenticator) -> None:
    made = await run("create", *CLINICIAN)
    assert made.code == 0, made.err
    [line] = made.out.splitlines()
    assert line.startswith("export CAIRN_TOKEN=")
    principal = await authenticator.principal(line.removeprefix("export CAIRN_TOKEN="))
    assert (principal.id, principal.kind, principal.words) == ("cl-1", "person", True)
    assert principal.roles == {"clinician"}
    assert principal.orgs == {"northside"}
    assert principal.scopes is None


async def test_a_patient_is_the_actor_and_a_dashboard_may_be_without_words(
    run: Run, authenticator: TokenAuthenticator
) -> None:
    patient = await run("create", "--role", "patient", "--org", "northside", "--actor", "pt-1", "--plain")
    dashboard = await run(
        "create", "--role", "dashboard", "--org", "northside", "--actor", "d", "--without-words", "--plain"
    )
    assert (await authenticator.principal(patient.out.strip())).patient == "pt-1"
    assert not (await authenticator.principal(dashboard.out.strip())).words


async def test_what_nobody_would_accept_is_not_made(run: Run) -> None:
    for wrong, sentence in {
        ("--role", "clinician", "--actor", "cl-1"): "Name the organisation",
        ("--role", "patient", "--org", "a", "--org", "b", "--actor", "pt-1"): "has to name one",
        ("--role", "system", "--role", "clinician", "--org", "a", "--actor", "s"): "only a person can have",
        (*CLINICIAN, "--speaks-for", "patient"): "without the role system",
        (*CLINICIAN, "--for", "400d"): "366 days",
        (*CLINICIAN, "--for", "soon"): "number with its unit",
        (*CLINICIAN, "--org", "no/org"): "--org must be 1 to 64 letters",
        (*CLINICIAN, "--patient", "no/body"): "--patient must be 1 to 64 letters",
        (*CLINICIAN, "--actor", "a b"): "--actor must be 1 to 200 characters",
        (*CLINICIAN, "--actor", "x" * 201): "--actor must be 1 to 200 characters",
        ("--role", "patient", "--org", "a", "--actor", "auth0|5f"): "name the patient with --patient",
    }.items():
        refused = await run("create", *wrong)
        assert refused.code != 0
        assert not refused.out
        assert sentence in " ".join(refused.err.split())
    listed = await run("list")
    assert "No token was made" in listed.out


async def test_a_token_is_listed_revoked_and_then_refused(run: Run, authenticator: TokenAuthenticator) -> None:
    heard: list[str] = []
    authenticator.when_revoked(heard.append)
    token = (await run("create", *CLINICIAN, "--plain")).out.strip()
    other = (await run("create", *CLINICIAN, "--plain", "--for", "30m")).out.strip()
    first = (await authenticator.principal(token)).token
    [listed, _] = (await run("list", "--json")).json["items"]
    assert (listed["token"], listed["by"], listed["state"]) == (first, "ada", "valid")
    assert listed["principal"]["roles"] == ["clinician"]

    revoked = await run("revoke", str(first), "--reason", "lost telephone", "--by", "grace")
    assert revoked.code == 0, revoked.err

    await eventually(lambda: heard == [first])
    with pytest.raises(TokenRefused) as refused:
        await authenticator.principal(token)
    assert refused.value.code == "access.token_revoked"
    assert (await authenticator.principal(other)).id == "cl-1"
    table = (await run("list")).out
    assert [line.split()[0] for line in table.splitlines() if " revoked " in line] == [first]


async def test_a_service_that_starts_later_knows_what_was_revoked(
    run: Run, own: ResilientClient, own_server: EmbeddedServer, tmp_path: Path
) -> None:
    token = (await run("create", *CLINICIAN, "--plain")).out.strip()
    [listed] = (await run("list", "--json")).json["items"]
    assert (await run("revoke", listed["token"])).code == 0
    async with open_authenticator(Settings(nats_url=own_server.url, data_dir=tmp_path), own) as authenticator:
        with pytest.raises(TokenRefused, match="revoked"):
            await authenticator.principal(token)


async def test_a_token_that_was_never_made_cannot_be_revoked(run: Run) -> None:
    refused = await run("revoke", "0123456789abcdef")
    assert refused.code == 1
    assert "cairn token list" in refused.err


async def test_the_token_itself_is_kept_nowhere(
    run: Run, own: ResilientClient, authenticator: TokenAuthenticator, tmp_path: Path
) -> None:
    token = (await run("create", *CLINICIAN, "--plain")).out.strip()
    signature = token.rpartition(".")[2].encode()
    assert (await own.jetstream().stream_info(STREAM)).state.messages == 1
    kept = _contents(tmp_path)
    assert kept
    assert not [content for content in kept if signature in content]


def _contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_only_the_owner_can_read_the_key(run: Run, tmp_path: Path) -> None:
    await run("create", *CLINICIAN)
    folder = tmp_path / "issuer"
    [key] = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o640)
    refused = await run("create", *CLINICIAN)
    assert refused.code == 1
    assert "Others than its owner" in refused.err


async def test_where_cairn_has_never_run_no_token_is_made(own_server: EmbeddedServer, tmp_path: Path) -> None:
    """A key that the services do not know would make a token that nobody accepts."""
    data_dir = tmp_path / "elsewhere"
    refused = await cairn("token", "create", *CLINICIAN, CAIRN_NATS_URL=own_server.url, CAIRN_DATA_DIR=str(data_dir))
    assert refused.code == 1
    assert "CAIRN_DATA_DIR" in refused.err
    assert not data_dir.exists()


async def test_beside_an_issuer_of_others_no_token_is_made(own_server: EmbeddedServer, tmp_path: Path) -> None:
    refused = await cairn(
        "token",
        "create",
        *CLINICIAN,
        CAIRN_NATS_URL=own_server.url,
        CAIRN_DATA_DIR=str(tmp_path),
        CAIRN_OIDC_ISSUER="https://login.example.org",
        CAIRN_OIDC_AUDIENCE="cairn",
    )
    assert refused.code == 2
    assert "https://login.example.org alone" in refused.err
