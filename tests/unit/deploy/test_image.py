"""The image: only what the lock names, run by nobody in particular, reachable from its machine alone."""

import re
import subprocess
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

HOUSE = Path(__file__).parents[3]
DOCKERFILE = (HOUSE / "deploy" / "compose" / "Dockerfile").read_text()
COMPOSE = (HOUSE / "deploy" / "compose" / "compose.yaml").read_text()


def locked(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (HOUSE / lock).read_text(), re.MULTILINE))


def taken_from_the_development_lock() -> list[set[str]]:
    return [set(names.split("|")) for names in re.findall(r"/\^\(([a-z0-9|-]+)\)==/", DOCKERFILE)]


def needed(package: str, extra: str = "") -> set[str]:
    """A package and all that it needs here, by name."""
    found: set[str] = set()
    waiting = {package}
    while waiting:
        name = waiting.pop()
        found.add(name)
        for line in requires(name) or ():
            asked = Requirement(line)
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                waiting |= {asked.name.lower().replace("_", "-")} - found
        extra = ""
    return found


def test_every_installed_package_has_a_hash() -> None:
    installs = re.findall(r"pip install (.*?)(?: \\|$)", DOCKERFILE, re.MULTILINE)
    assert installs
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)


def test_what_is_taken_from_the_development_lock_is_there_and_complete() -> None:
    wheel, postgresql, tracing = taken_from_the_development_lock()
    runtime = locked("requirements.lock")
    assert wheel | postgresql | tracing <= locked("requirements-dev.lock")
    assert needed("hatchling") <= wheel
    assert needed("psycopg", "binary") <= postgresql | runtime
    assert needed("opentelemetry-sdk") | needed("opentelemetry-exporter-otlp-proto-http") <= tracing | runtime
    assert not tracing & runtime


def test_both_stages_are_of_the_same_python() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["$PYTHON", "$PYTHON"]
    assert "\nARG PYTHON=python:3.11-slim\n" in DOCKERFILE


def test_awk_takes_each_package_with_its_hashes_and_nothing_else() -> None:
    lock = HOUSE / "requirements-dev.lock"
    stanzas = dict(re.findall(r"^([a-z0-9-]+)(==.*\n(?: .*\n)+)", lock.read_text(), re.MULTILINE))
    programs = re.findall(r"awk '([^']+)'", DOCKERFILE)
    for program, names in zip(programs, taken_from_the_development_lock(), strict=True):
        taken = subprocess.run(("awk", program, str(lock)), check=True, capture_output=True, text=True).stdout
        assert taken == "".join(name + stanzas[name] for name in sorted(names))
        assert taken.count("--hash=sha256:") >= len(names)


def test_nothing_is_cached_in_the_image() -> None:
    assert "PIP_NO_CACHE_DIR=1" in DOCKERFILE


def test_no_process_is_root() -> None:
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[-1] != "0"
    assert "cap_drop: [ALL]" in COMPOSE
    assert "no-new-privileges:true" in COMPOSE
    assert "read_only: true" in COMPOSE


def test_ports_are_published_on_the_loopback_interface_alone() -> None:
    published = re.findall(r'ports: \["([^"]+)"\]', COMPOSE)
    assert len(published) == COMPOSE.count("ports:") == 2
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_compose_asks_for_every_password_of_nats() -> None:
    asked = set(re.findall(r"^#?(CAIRN_NATS_\w+_PASSWORD)=", (HOUSE / "deploy/compose/env.example").read_text(), re.M))
    given = set(re.findall(r"^ {6}(CAIRN_NATS_\w+_PASSWORD): \$\{\1:\?\}$", COMPOSE, re.MULTILINE))
    used = set(re.findall(r"\$(CAIRN_NATS_\w+_PASSWORD)", (HOUSE / "deploy/nats/accounts.conf").read_text()))
    used |= set(re.findall(r"\$(CAIRN_NATS_\w+_PASSWORD)", (HOUSE / "deploy/nats/northside.conf").read_text()))
    assert asked == given == used
