"""How many cores a process may use, by the limits of its control groups."""

import os
from pathlib import Path

import pytest

from events.log.cores import cores

MANY = 64


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with many cores, on all of which the process may run."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(MANY)), raising=False)


def groups(folder: Path, membership: str, **files: str) -> int:
    """The cores that are found with these files; `__` in a name is a slash, and `_dot_` a dot."""
    for name, text in files.items():
        file = folder / "cgroup" / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "membership").write_bytes(os.fsencode(membership))
    return cores(folder / "cgroup", folder / "membership")


def test_without_a_limit_they_are_those_of_the_machine(tmp_path: Path) -> None:
    assert groups(tmp_path, "0::/\n", cpu_dot_max="max 100000\n") == MANY
    assert cores(tmp_path / "nowhere", tmp_path / "nothing") == MANY


@pytest.mark.parametrize(
    ("quota", "found"), [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1), ("800000 100000", 8)]
)
def test_a_container_has_its_quota(tmp_path: Path, quota: str, found: int) -> None:
    assert groups(tmp_path, "0::/\n", cpu_dot_max=quota) == found


def test_within_a_container_the_path_of_the_host_is_not_there(tmp_path: Path) -> None:
    assert groups(tmp_path, "0::/kubepods/pod1/c1\n", cpu_dot_max="300000 100000\n") == 3


def test_a_group_above_limits_too(tmp_path: Path) -> None:
    found = groups(
        tmp_path,
        "0::/clinic.slice/cairn.service\n",
        **{"clinic.slice__cpu_dot_max": "400000 100000", "clinic.slice__cairn.service__cpu_dot_max": "max 100000"},
    )

    assert found == 4


@pytest.mark.parametrize("below", ["", "docker__c1__"], ids=["as the root", "below the root"])
@pytest.mark.parametrize("mounted", ["cpu", "cpu,cpuacct"])
@pytest.mark.parametrize("listed", ["cpu", "cpu,cpuacct", "cpuacct,cpu"])
def test_control_groups_of_version_1_are_read_too(tmp_path: Path, listed: str, mounted: str, below: str) -> None:
    found = groups(
        tmp_path,
        f"5:{listed}:/docker/c1\n1:name=systemd:/\n",
        **{
            f"{mounted}__{below}cpu_dot_cfs_quota_us": "500000\n",
            f"{mounted}__{below}cpu_dot_cfs_period_us": "100000\n",
        },
    )

    assert found == 5


@pytest.mark.parametrize("name", ["caf\udce9", "a\x0bb", "a\x85b", "a\rb", "a:b", "a\u2028b", "x" * 255], ids=ascii)
def test_a_group_may_have_any_name_that_linux_allows(tmp_path: Path, name: str) -> None:
    assert groups(tmp_path, f"0::/{name}/below\n", **{f"{name}__cpu_dot_max": "300000 100000\n"}) == 3


@pytest.mark.parametrize("membership", ["no:line:of:this:kind\n", "one word\n", "0::/a\0b\n", "\n", ""], ids=ascii)
@pytest.mark.parametrize("quota", ["rubbish", "100000 0", "caf\u00e9", ""])
def test_what_cannot_be_read_limits_nothing(tmp_path: Path, membership: str, quota: str) -> None:
    assert groups(tmp_path, membership, cpu_dot_max=quota) == MANY


def test_a_period_of_nothing_limits_nothing(tmp_path: Path) -> None:
    version_1 = {"cpu__cpu_dot_cfs_quota_us": "500000\n", "cpu__cpu_dot_cfs_period_us": "0\n"}
    assert groups(tmp_path, "5:cpu:/\n", **version_1) == MANY
