"""What others make of an exported history: aics-tlog of its proofs, aics-witness of its earlier checkpoints, and a bare
Python of the program that goes along.
"""

import base64
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from events.leaf import leaf_of
from tests.exchange.python_judges import PythonJudges
from tests.histories import LOG, ORIGIN, POLICY, SCOPE, WITNESSES, Clinic, message, of


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    messages = [message(position) for position in range(1, 301)]
    return Clinic(tmp_path_factory.mktemp("clinic"), messages, kept=(1, 7, 64, 120, 250, 299))


@pytest.fixture(scope="module")
async def export(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await clinic.export(tmp_path_factory.mktemp("exports") / "export")


def inclusion(proof: str, leaf: bytes) -> dict[str, object]:
    """The question whether a leaf is where a proof file says; what it says is split at the first empty line."""
    head, _, checkpoint = proof.partition("\n\n")
    first, index, *hashes = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    _, size, root = checkpoint.split("\n")[:3]
    return {
        "kind": "inclusion",
        "leaf": base64.b64encode(leaf).decode(),
        "index": int(index.removeprefix("index ")),
        "size": int(size),
        "proof": hashes,
        "root": root,
    }


def test_aics_tlog_agrees_with_every_proof_and_with_the_checkpoint_below_it(
    judges: PythonJudges, clinic: Clinic, export: Path
) -> None:
    events = list(of(SCOPE, clinic.messages))
    proofs = [(export / "proofs" / f"{each.position}.tlog-proof").read_text() for each in events]
    notes = {proof.partition("\n\n")[2] for proof in proofs}
    assert notes == {(export / "checkpoint").read_text()}
    witnesses = [str(each.verifier) for each in WITNESSES]
    signed = {"kind": "checkpoint", "note": notes.pop(), "log": str(LOG.verifier), "witnesses": witnesses, "quorum": 2}
    right = [inclusion(proof, leaf_of(each)) for proof, each in zip(proofs, events, strict=True)]
    reworded = [each._replace(body=each.body.replace(b"Sunday", b"Monday")) for each in events]
    wrong = [inclusion(proof, leaf_of(each)) for proof, each in zip(proofs, reworded, strict=True)]

    assert judges.say([signed, *right, *wrong]) == [True] * (1 + len(right)) + [False] * len(wrong)


async def test_aics_witness_takes_the_earlier_checkpoints_one_after_another(
    judges: PythonJudges, export: Path, tmp_path: Path
) -> None:
    config = tmp_path / "witness.json"
    judges.witness("init", "-c", str(config), "--name", "judge.example/w1", "--listen", "127.0.0.1:0")
    judges.witness("add-log", "-c", str(config), "--origin", ORIGIN, "--vkey", str(LOG.verifier))
    files = sorted((export / "earlier").iterdir(), key=lambda each: int(each.name))
    with judges.witness_serving(config) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            answers = [await http.post("/add-checkpoint", content=each.read_bytes()) for each in files]

    assert [each.name for each in files] == ["1", "7", "64", "120", "250", "299", "300"]
    assert [each.status_code for each in answers] == [200] * len(files)


@pytest.mark.parametrize("count", [300, 2_500], ids=["a proof each", "each hash once"])
async def test_a_bare_python_far_from_the_project_checks_it(
    judges: PythonJudges, clinic: Clinic, export: Path, tmp_path: Path, count: int
) -> None:
    far, policy = tmp_path / "far", tmp_path / "policy"
    policy.write_text(POLICY)
    if count == len(clinic.messages):
        shutil.copytree(export, far)
    else:
        large = Clinic(tmp_path / "large", [message(position) for position in range(1, count + 1)])
        await large.export(far)

    def check() -> subprocess.CompletedProcess[str]:
        command = (str(judges.python), "-I", str(far / "verify_history.py"), str(far), "--policy", str(policy))
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", env={}, timeout=200)

    checked = check()
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "VOUCHED FOR by 2 of 2 witnesses" in checked.stdout
    assert checked.stdout.count("\nposition ") == count // 2 - 1
    events = far / "events.jsonl"
    events.write_text(events.read_text().replace('"recorded_ns": 1', '"recorded_ns": 2', 1))
    checked = check()
    assert (checked.returncode, checked.stderr) == (1, "")
    assert checked.stdout.startswith("WRONG: the event at position 1 is not the one in the log")
