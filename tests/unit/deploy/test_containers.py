"""Every container of every arrangement runs as the image is made: as nobody in particular, on a closed root."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
DOCKERFILE = (DEPLOY / "compose" / "Dockerfile").read_text()
[USER] = map(int, re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE))
IMAGE_FOLDERS = set(re.findall(r"/var/lib/cairn[\w-]*", DOCKERFILE))
"""What the image has for its user to write to."""
GRACE_SECONDS = 60
LISTENING = {"gateway", "cairn-nats"}
"""What answers somebody by itself, and so can be probed."""
Yaml = dict[str, Any]  # Any: what a file of YAML holds


def documents() -> Iterator[Yaml]:
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        yield from yaml.safe_load_all(file.read_text())


PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in documents()
    if each["kind"] in ("Deployment", "StatefulSet")
}
COMPOSED = {
    f"{file.stem} {name}": service
    for file in (DEPLOY / "compose" / "compose.yaml", DEPLOY / "compose" / "witness.yaml")
    for name, service in yaml.safe_load(file.read_text())["services"].items()
    if service["image"] == "cairn"
}
UNITS = {file.name: file.read_text() for file in sorted((DEPLOY / "systemd").glob("*.service"))}


@pytest.fixture(params=PODS)
def pod(request: pytest.FixtureRequest) -> tuple[str, Yaml]:
    return request.param, PODS[request.param]


def test_a_pod_is_the_user_of_the_image_and_no_more(pod: tuple[str, Yaml]) -> None:
    _, spec = pod
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["runAsUser"] == USER
    assert spec["securityContext"].get("fsGroup", USER) == USER
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_a_pod_has_limits_time_to_end_and_room_for_temporary_files(pod: tuple[str, Yaml]) -> None:
    _, spec = pod
    assert spec["terminationGracePeriodSeconds"] >= GRACE_SECONDS
    volumes = {each["name"]: each for each in spec["volumes"]}
    for container in spec["containers"]:
        resources = container["resources"]
        assert {"cpu", "memory"} <= resources["requests"].keys()
        assert "memory" in resources["limits"]
        writes_temporary_files = container["command"][0] == "cairn"  # nats-server does so in its store
        scratch = [each["name"] for each in container["volumeMounts"] if each["mountPath"] == "/tmp"]  # noqa: S108 - in the pod
        assert [volumes[name]["emptyDir"] for name in scratch] == [{}] * writes_temporary_files


def test_a_pod_that_listens_is_probed(pod: tuple[str, Yaml]) -> None:
    name, spec = pod
    for container in spec["containers"]:
        probed = {"livenessProbe", "readinessProbe"} <= container.keys()
        assert probed == (name in LISTENING) == ("ports" in container)


def test_what_a_pod_mounts_is_one_of_its_volumes() -> None:
    claimed = {
        each["metadata"]["name"]: {claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", ())}
        for each in documents()
        if each["kind"] in ("Deployment", "StatefulSet")
    }
    for name, spec in PODS.items():
        there = {each["name"] for each in spec["volumes"]} | claimed[name]
        mounted = {each["name"] for container in spec["containers"] for each in container["volumeMounts"]}
        assert mounted == there, name


@pytest.mark.parametrize(("name", "service"), COMPOSED.items(), ids=COMPOSED)
def test_a_container_of_compose_is_closed(name: str, service: Mapping[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - in the container
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["stop_grace_period"] == f"{GRACE_SECONDS}s"
    assert "user" not in service
    assert ("healthcheck" in service) == (name in ("compose nats", "compose gateway"))
    mounted = {each.split(":")[1] for each in service.get("volumes", ()) if not each.startswith(".")}
    assert mounted <= IMAGE_FOLDERS, "a volume is made with the rights of the folder that the image has there"


@pytest.mark.parametrize(("name", "unit"), UNITS.items(), ids=UNITS)
def test_a_unit_writes_nothing_but_its_own_folder(name: str, unit: str) -> None:
    user = re.findall(r"^User=(\S+)$", unit, re.MULTILINE)
    assert len(user) == 1
    assert user != ["root"]
    for line in (
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "UMask=0077",
    ):
        assert f"\n{line}\n" in unit
    assert f"\nTimeoutStopSec={GRACE_SECONDS}\n" in unit
    assert re.search(r"^StateDirectory=cairn", unit, re.MULTILINE)
