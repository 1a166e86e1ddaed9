"""Another distribution's package of the same name is told in a sentence, before anything is imported from it."""

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]


def run(*path: Path) -> subprocess.CompletedProcess[str]:
    """`cairn --version` where Python looks into these folders first."""
    first = [str(each) for each in path]
    program = f"import sys; sys.path[:0] = {first!r}; sys.argv[1:] = ['--version']; import services.cli as c; c.main()"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_its_own_packages_are_taken() -> None:
    ran = run(HOUSE)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("name", ["events", "projections"])
def test_a_package_of_another_distribution_is_told_with_its_folder_and_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")

    ran = run(tmp_path, HOUSE)

    assert ran.returncode == 1
    assert ran.stderr.startswith(f"Error: Python finds a package named “{name}” that is not Cairn's, in {tmp_path}")
    assert "virtual environment" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_folder_without_anything_in_it_does_not_hide_cairn_s_own(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()

    assert run(tmp_path, HOUSE).returncode == 0
