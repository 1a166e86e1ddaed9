"""Settings come from CAIRN_ variables, and every one of them is explained."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from services.settings import Settings


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CAIRN_{name.upper()}", raising=False)


def test_without_any_everything_is_local() -> None:
    settings = Settings()
    assert settings.nats_address == "nats://127.0.0.1:4222"
    assert settings.http_host == "127.0.0.1"
    assert settings.database_address == f"sqlite:///{Path.cwd()}/.cairn/cairn.db"


def test_variables_set_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_DATA_DIR", "/var/lib/cairn")
    monkeypatch.setenv("CAIRN_NATS_PORT", "4333")
    monkeypatch.setenv("CAIRN_SAMPLE", "false")
    settings = Settings()
    assert settings.data_dir == Path("/var/lib/cairn")
    assert settings.nats_address == "nats://127.0.0.1:4333"
    assert not settings.sample


def test_what_is_given_goes_before_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_HTTP_PORT", "9000")
    assert Settings(http_port=9001).http_port == 9001


def test_an_empty_variable_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_NATS_URL", "")
    assert Settings().nats_url is None


def test_a_port_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_HTTP_PORT", "99999")
    with pytest.raises(ValidationError, match="http_port"):
        Settings()


def test_organisations_are_placed_on_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().placement.streams == ("CAIRN_LOG",)
    monkeypatch.setenv("CAIRN_PLACEMENT", "CAIRN_LOG_A=northside,southside;CAIRN_LOG_B=riverside")
    assert Settings().placement.streams == ("CAIRN_LOG_A", "CAIRN_LOG_B")


def test_a_placement_that_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValidationError, match="The organisation northside is placed twice"):
        Settings.model_validate({"placement": "CAIRN_LOG_A=northside;CAIRN_LOG_B=northside"})


def test_a_named_database_is_used_as_it_is() -> None:
    assert Settings(database_url="postgresql://db/cairn").database_address == "postgresql://db/cairn"


def test_an_odd_directory_survives_the_database_url() -> None:
    settings = Settings(data_dir=Path("/data/a b%?#c"))
    assert make_url(settings.database_address).database == "/data/a b%?#c/cairn.db"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained(name: str) -> None:
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("url", ["https://cairn.example.org/", "http://clinic.example:8080/cairn"])
def test_a_public_url_has_no_slash_behind_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CAIRN_PUBLIC_URL", url)
    assert Settings().public_url == url.rstrip("/")


@pytest.mark.parametrize("url", ["cairn.example.org", "ftp://x", "https://", "https://x/?a=b", "https://u:p@x"])
def test_what_is_no_public_url_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CAIRN_PUBLIC_URL", url)
    with pytest.raises(ValidationError, match="such as https"):
        Settings()


def test_a_trusted_proxy_is_an_address_or_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, ::1")
    assert Settings().trusted_proxies
    monkeypatch.setenv("CAIRN_TRUSTED_PROXIES", "proxy.example.org")
    with pytest.raises(ValidationError, match="no IP address or network"):
        Settings()


def test_an_issuer_is_reached_over_tls_or_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_OIDC_AUDIENCE", "https://cairn.example.org/api")
    for issuer in ("https://login.example.org/realms/clinic", "http://127.0.0.1:9000", "https://login.example.org/"):
        assert Settings(oidc_issuer=issuer).oidc_issuer == issuer
    for issuer in ("http://login.example.org", "login.example.org", "https://login.example.org/?a=b"):
        with pytest.raises(ValidationError, match="https address"):
            Settings(oidc_issuer=issuer)


def test_an_issuer_needs_an_audience() -> None:
    with pytest.raises(ValidationError, match="CAIRN_OIDC_AUDIENCE is needed"):
        Settings(oidc_issuer="https://login.example.org")


@pytest.mark.parametrize("name", ["oidc_claims", "oidc_roles", "oidc_orgs"])
def test_what_claims_mean_is_refused_where_it_cannot_be_read(name: str) -> None:
    with pytest.raises(ValidationError, match="has to be"):
        Settings.model_validate({name: "roles"})


def test_what_is_kept_in_a_checkout_by_default_is_not_committed() -> None:
    house = Path(__file__).parents[2]
    ignored = (house / ".gitignore").read_text().splitlines()
    settings = Settings()
    for folder in (settings.data_dir, settings.notary_folder, settings.witness_dir):
        assert f"/{folder.name}/" in ignored
    for written in re.findall(r"^cat > (\S+) <<", (house / "README.md").read_text(), re.M):
        assert f"/{written}" in ignored
