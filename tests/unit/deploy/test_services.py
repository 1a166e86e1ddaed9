"""Every way of running Cairn runs all of it: each service, each projection, each with its own user of NATS."""

import re
from pathlib import Path

import pytest

from projections.catalog import NAMES
from services.access.nats_users import NatsUsers
from services.cli.serve import SERVICES

DEPLOY = Path(__file__).parents[3] / "deploy"
COMMANDS = {*((service,) for service in SERVICES), *(("projection", name) for name in NAMES)}
USERS = {*SERVICES, "projections"}
FOR_MANY_USERS = {("auth",)}
"""What runs only where users have tokens."""
OF_THE_CALLOUT = {"auth", "auth_tokens", "auth_system"}
OF_PEOPLE = {"operator", "log_operator", "stream_operator", "system"}


def served(*files: Path) -> set[tuple[str, ...]]:
    """What stands behind `cairn serve` in YAML lists."""
    commands = re.findall(r"command: \[cairn, serve, ([^\]]+)\]", "".join(file.read_text() for file in files))
    return {tuple(command.split(", ")) for command in commands}


def test_by_systemd() -> None:
    wanted = " ".join(re.findall(r"^Wants=(.*)$", (DEPLOY / "systemd" / "cairn.target").read_text(), re.MULTILINE))
    services = {(name,) for name in re.findall(r"cairn@(\w+)\.service", wanted)} | {("notary",)}
    projections = {("projection", name) for name in re.findall(r"cairn-projection@(\w+)\.service", wanted)}
    assert services | projections == COMMANDS
    assert "cairn-nats.service" in wanted
    assert "cairn-notary.service" in wanted


def test_by_compose() -> None:
    assert served(DEPLOY / "compose" / "compose.yaml") == COMMANDS | FOR_MANY_USERS


def test_by_kubernetes() -> None:
    assert served(*(DEPLOY / "kubernetes").glob("*.yaml")) == COMMANDS | FOR_MANY_USERS


@pytest.mark.parametrize(
    "files", [[DEPLOY / "compose" / "compose.yaml"], [*(DEPLOY / "kubernetes").glob("*.yaml")]], ids=["compose", "k8s"]
)
def test_each_with_its_own_user(files: list[Path]) -> None:
    text = "".join(file.read_text() for file in files)
    logins = set(re.findall(r"(?:nats|tls)://(\w+):\$[({]CAIRN_NATS_(\w+)_PASSWORD", text)) - {("cluster", "CLUSTER")}
    assert logins == {(user, user.upper()) for user in USERS | OF_THE_CALLOUT}


def test_every_user_is_in_the_accounts() -> None:
    users = set(re.findall(r"user: (\w+)", (DEPLOY / "nats" / "accounts.conf").read_text()))
    assert users == USERS | OF_THE_CALLOUT | OF_PEOPLE


def test_the_server_asks_the_callout_about_no_configured_user() -> None:
    """A user that is not listed could not log in with its password, and somebody with a token could as that user."""
    nats = DEPLOY / "nats"
    configured = {user for file in nats.glob("*.conf") for user in re.findall(r"\{ user: (\w+)", file.read_text())}
    [listed] = re.findall(r"auth_users: \[([^\]]*)\]", (nats / "callout.conf").read_text())
    assert set(re.findall(r"\w+", listed)) == configured


@pytest.mark.parametrize("file", [*(DEPLOY / "kubernetes").glob("*.yaml")], ids=lambda path: path.name)
def test_whoever_reads_streams_of_other_accounts_in_kubernetes_is_told_their_name(file: Path) -> None:
    text = file.read_text()
    readers = len(re.findall(r"command: \[cairn, serve, (?!goals|intake)", text))
    assert text.count("name: CAIRN_LOG_API_PREFIX, value: $JS.log.API") == readers


def test_whoever_reads_streams_of_other_accounts_in_compose_is_told_their_name() -> None:
    services = (DEPLOY / "compose" / "compose.yaml").read_text().partition("\nservices:")[2].split("\n\n")
    for service in services:
        if served := re.search(r"command: \[cairn, serve, (\w+)", service):
            told = "*of-other-accounts" in service or "environment: *projections" in service
            assert told == (served[1] not in ("goals", "intake"))


@pytest.mark.parametrize("service", ["gateway", "auth"])
def test_whoever_checks_tokens_is_told_of_the_issuer(service: str) -> None:
    kubernetes = (DEPLOY / "kubernetes" / f"{service}.yaml").read_text()
    settings = (DEPLOY / "kubernetes" / "settings.yaml").read_text()
    compose = (DEPLOY / "compose" / "compose.yaml").read_text().partition(f"\n  {service}:")[2].partition("\n\n")[0]
    assert "configMapRef: {name: cairn-settings}" in kubernetes
    assert 'cairn/issuer: "true"' in kubernetes
    assert "CAIRN_OIDC_ISSUER: https://" in settings
    assert "*tokens" in compose


def test_the_users_that_submit_are_somebody_in_cairn() -> None:
    users = NatsUsers.read(DEPLOY / "nats" / "principals.toml")
    assert users.principal("NORTHSIDE", "northside").roles == {"system"}
    assert users.organisations == {"NORTHSIDE": "northside"}
