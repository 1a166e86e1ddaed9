"""The callout with tokens of Cairn's own issuer, and its command."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from events.log import connect
from services.access.callout.service import NotSetUp, serve
from services.access.issuer.recording import issue_token, revoke_token
from services.access.issuer.signing_key import signing_key
from services.access.principal import Principal
from services.cli.serve import serve as command
from services.settings import Settings
from tests.conftest import running
from tests.integration.callout.configured import client, refusal
from tests.integration.deploy.deployed import Deployed
from tests.waiting import eventually

PATIENT = Principal(
    id="pt-1", kind="person", roles=frozenset({"patient"}), orgs=frozenset({"northside"}), patient="pt-1"
)


async def test_a_token_gives_its_subjects_until_it_is_revoked(server: Deployed, settings: Settings) -> None:
    operator = await connect(server.url("operator"), name="tests")
    made = await issue_token(operator, signing_key(settings.data_dir), PATIENT, seconds=600, by="op-anna")
    async with running(lambda ready: serve(settings, ready)):
        async with client(server, made.text, "pt-1") as patient:
            assert await patient.may_publish("cairn.submit.northside.pt-1.walk")
            assert not await patient.may_publish("cairn.submit.northside.pt-2.walk")
            assert await refusal(server, made.text[:-8] + "AAAAAAAA") == "access.token_invalid"
            await revoke_token(operator, str(made.principal.token), by="op-anna")
            await eventually(lambda: patient.nc.is_closed)
        assert await refusal(server, made.text) == "access.token_revoked"
    await operator.close()


@pytest.mark.parametrize("missing", ["nats_auth_url", "nats_system_url", "nats_principals"])
async def test_without_a_setting_it_does_not_start(settings: Settings, missing: str) -> None:
    with pytest.raises(NotSetUp, match=f"CAIRN_{missing.upper()}"):
        await serve(settings.model_copy(update={missing: None}), lambda _: None)


def test_the_command_makes_the_keys_and_prints_the_public_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_DATA_DIR", str(tmp_path))
    first, again = (CliRunner().invoke(command, ["auth", "--make-keys"]).stdout for _ in range(2))
    assert re.fullmatch(r"CAIRN_NATS_CALLOUT_ISSUER=A[A-Z2-7]{55}\nCAIRN_NATS_CALLOUT_XKEY=X[A-Z2-7]{55}\n", first)
    assert again == first
    assert (tmp_path / "callout.keys").stat().st_mode & 0o777 == 0o600


async def test_with_a_user_outside_the_system_account_it_does_not_start(settings: Settings, server: Deployed) -> None:
    wrong = settings.model_copy(update={"nats_system_url": server.url("operator")})
    with pytest.raises(NotSetUp, match="CAIRN_NATS_SYSTEM_URL"):
        await serve(wrong, lambda _: None)
