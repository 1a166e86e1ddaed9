"""What the tools themselves say of their files, where the tools are there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[3] / "deploy"


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"needs {tool}")


@needs("systemd-analyze")
def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").glob("cairn*"):
        # Cairn is not installed in /opt here, and the tool looks for what is started.
        (tmp_path / unit.name).write_text(
            re.sub(r"^(Exec\w+=)\S+", r"\1/bin/true", unit.read_text(), flags=re.MULTILINE)
        )
    services = ("cairn-nats", "cairn-notary", "cairn@goals", "cairn-projection@goal_state")
    instances = [*(f"{service}.service" for service in services), "cairn.target"]
    checked = subprocess.run(
        ["systemd-analyze", "verify", *instances],
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )
    about_ours = [line for line in (checked.stdout + checked.stderr).splitlines() if "cairn" in line]
    assert (checked.returncode, about_ours) == (0, [])


@needs("kubectl")
def test_kustomize_builds_the_manifests() -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes")], check=False, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    assert built.stdout.count("kind: Deployment") == 8
    assert built.stdout.count("readOnlyRootFilesystem: true") == built.stdout.count("image: ") == 9
    assert "kind: NetworkPolicy" in built.stdout
