"""The systemd units: hardened, kept running, and without secrets in them."""

import re
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[3] / "deploy" / "systemd").glob("*.service"))

pytestmark = pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)


def directives(unit: Path) -> dict[str, list[str]]:
    """Every directive with its values; fails on a line that is no section, directive or comment."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if line and not re.fullmatch(r"\[\w+\]|[#;].*", line):
            name, value = re.fullmatch(r"([A-Za-z]+)=(.*)", line).groups()  # type: ignore[union-attr]  # else it fails
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CapabilityBoundingSet", ""),
        ("NoNewPrivileges", "yes"),
        ("PrivateDevices", "yes"),
        ("PrivateTmp", "yes"),
        ("ProtectHome", "yes"),
        ("ProtectSystem", "strict"),
        ("RestrictNamespaces", "yes"),
        ("UMask", "0077"),
        ("StateDirectoryMode", "0700"),
    ],
)
def test_a_service_may_touch_nothing_but_its_own_state(unit: Path, name: str, value: str) -> None:
    assert directives(unit)[name] == [value]


def test_a_service_is_nobody_in_particular(unit: Path) -> None:
    own = unit.name.removesuffix(".service")
    assert directives(unit)["User"] == [own if own in ("cairn-nats", "cairn-notary") else "cairn"]


def test_a_service_that_ends_is_started_again_however_often(unit: Path) -> None:
    assert directives(unit)["Restart"] == ["always"]
    assert directives(unit)["StartLimitIntervalSec"] == ["0"]


def test_a_service_may_have_many_connections(unit: Path) -> None:
    assert directives(unit)["LimitNOFILE"] == ["65536"]


def test_secrets_are_read_from_files_that_root_keeps(unit: Path) -> None:
    assert all(path.startswith("/etc/cairn/") for path in directives(unit)["EnvironmentFile"])
    assert all("PASSWORD" not in value and "://" not in value for value in directives(unit).get("Environment", []))
