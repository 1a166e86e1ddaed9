"""Nothing in deploy/ is a secret, and everything that must be set from outside is named in an example."""

import re
from pathlib import Path

import pytest

from services.settings import Settings

DEPLOY = Path(__file__).parents[3] / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
EXAMPLES = [path for path in FILES if path.name.endswith("env.example")]
ASSIGNED = re.compile(r"^#?([A-Z_]+)=(.*)$", re.MULTILINE)


def uncommented(path: Path) -> str:
    return re.sub(r"(^|\s)#.*$", "", path.read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("config", sorted((DEPLOY / "nats").glob("*.conf")), ids=lambda path: path.name)
def test_passwords_of_nats_come_from_its_environment(config: Path) -> None:
    passwords = re.findall(r"password:\s*([^\s,}]+)", uncommented(config))
    assert [each for each in passwords if not re.fullmatch(r"\$CAIRN_NATS_[A-Z_]+_PASSWORD", each)] == []


def test_what_the_configuration_of_nats_asks_for_is_in_its_example() -> None:
    asked = {
        name for path in (DEPLOY / "nats").glob("*.conf") for name in re.findall(r"\$(CAIRN_\w+)", path.read_text())
    }
    given = {name for name, _ in ASSIGNED.findall((DEPLOY / "nats" / "nats.env.example").read_text())}
    assert asked == given


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_sets_no_password(example: Path) -> None:
    set_here = {name: value for name, value in ASSIGNED.findall(example.read_text()) if "PASSWORD" in name}
    assert set(set_here.values()) <= {""}


def test_a_forgotten_password_of_nats_is_unset_and_not_empty() -> None:
    """nats-server refuses to start on a variable that is not set, and lets anyone in on an empty one."""
    uncommented_lines = (DEPLOY / "nats" / "nats.env.example").read_text().splitlines()
    assert not [line for line in uncommented_lines if "PASSWORD" in line and not line.startswith("#")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_an_address_with_a_user_leaves_the_password_to_the_reader(path: Path) -> None:
    passwords = re.findall(r"\b(?:nats|tls|postgresql)://[^\s:/@]+:([^\s@]+)@", path.read_text())
    assert [each for each in passwords if each != "PASSWORD" and not each.startswith(("$(", "${"))] == []


def test_settings_of_cairn_that_are_set_exist() -> None:
    written = {
        name
        for path in FILES
        # A name behind a sign of equality or a semicolon is no setting but a stream of CAIRN_PLACEMENT.
        for name in re.findall(r"(?<![=;])\b(CAIRN_[A-Z_]+)\s*[:=]|name: (CAIRN_[A-Z_]+)", path.read_text())
        for name in name
        if name
    }
    of_nats = {name for name, _ in ASSIGNED.findall((DEPLOY / "nats" / "nats.env.example").read_text())}
    of_compose = {"CAIRN_POSTGRES_PASSWORD"}
    known = {f"CAIRN_{field.upper()}" for field in Settings.model_fields}
    assert written - of_nats - of_compose <= known
    assert written & known
