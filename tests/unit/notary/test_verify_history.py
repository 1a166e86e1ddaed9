"""An exported history is checked by a file that imports nothing of Cairn's; what is wrong is found and named."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from events.transparency.checkpoints import Checkpoint, cosigned
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, parse_note, signed
from services.notary.history_export import ProvenHistory, StoredEvent, write_history
from services.notary.statements import STATEMENTS
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree
from services.notary.verify_history import Event, main

ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
LOG, STATE = (SignerKey(name, NOTE, bytes([n]) * 32) for n, name in enumerate((ORIGIN, ORIGIN + STATEMENTS), 1))
WITNESSES = [SignerKey(f"witness.example/w{n}", COSIGNATURE, bytes([n]) * 32) for n in (3, 4)]
START = 1_790_000_000
SCOPE = "northside.p1"
POLICY = (
    f"log {LOG.verifier}\nlog {STATE.verifier}\n"
    f"witness one {WITNESSES[0].verifier}\nwitness two {WITNESSES[1].verifier}\ngroup both all one two\nquorum both\n"
)


def stored(position: int) -> StoredEvent:
    """Every second event is of another patient; those of the first have one goal."""
    place = f"northside.p1.g{position % 4}" if position % 2 else f"northside.p2.g{position}"
    version = (position + 3) // 4 if position % 2 else 1
    blind = base64.urlsafe_b64encode(sha256(b"%d" % position).digest()[:16]).rstrip(b"=").decode()
    headers = (
        f"NATS/1.0\r\nce-id: e{position}\r\nce-subject: {place}\r\nce-version: {version}\r\nce-actor: p1\r\n"
        f"ce-actorrole: patient\r\nce-type: cairn.goal.progress_logged.v1\r\ncairn-blind: {blind}\r\n"
        "Nats-Expected-Last-Subject-Sequence: 0\r\n\r\n"
    )
    body = json.dumps({"on": "2026-11-28", "note": f"Sunday {position}, without. Über die Brücke."}).encode()
    return StoredEvent(position, (START + position) * 1_000_000_000 + 7, f"cairn.log.{place}", headers.encode(), body)


class Clinic:
    """A log, its tree, and checkpoints of it that two witnesses have cosigned."""

    def __init__(self, folder: Path, size: int):
        self.events = [stored(position) for position in range(1, size + 1)]
        self.tree = TileTree(TileFiles(folder / "tiles"), 0)
        self.tree.extend(Event(*event).leaf_hash() for event in self.events)
        self.tree.write()

    def checkpoint(self, size: int) -> tuple[Checkpoint, Note]:
        checkpoint = Checkpoint(ORIGIN, size, self.tree.root_at(size))
        note = signed(checkpoint.text, LOG)
        return checkpoint, note.with_lines(cosigned(note, each, START + 100_000) for each in WITNESSES)

    def export(self, folder: Path, *, leave_out: int = 0) -> Path:
        checkpoint, note = self.checkpoint(len(self.events))
        events = [each for each in self.events if each.subject.startswith(f"cairn.log.{SCOPE}.")]
        if leave_out:
            del events[-leave_out:]
        folder.mkdir()
        read = self.tree._reader(checkpoint.size)
        history = ProvenHistory(SCOPE, events, note, checkpoint, POLICY, read)
        write_history(history, folder, STATE, {"timeline.html": b"<p>Sunday</p>", "HOW_TO_CHECK.md": b"# How\n"})
        return folder


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return Clinic(tmp_path_factory.mktemp("clinic"), 300)


@pytest.fixture(scope="module")
def whole(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clinic.export(tmp_path_factory.mktemp("export") / "whole")


@pytest.fixture
def export(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "export"))


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "policy-of-the-court"
    file.write_text(POLICY)
    return str(file)


Said = pytest.CaptureFixture[str]


def test_it_is_vouched_for_by_the_witnesses_of_the_policy(export: Path, policy: str, capsys: Said) -> None:
    assert main([str(export), "--policy", policy]) == 0
    said = capsys.readouterr().out
    assert "VOUCHED FOR by 2 of 2" in said
    assert "Sunday 299, without. Über die Brücke." in said
    assert "p2" not in said


def test_without_a_policy_from_elsewhere_it_is_consistent_in_itself_only(export: Path, capsys: Said) -> None:
    assert main([str(export), "--quiet"]) == 2
    said = capsys.readouterr().out
    assert "CONSISTENT IN ITSELF ONLY" in said
    assert "Sunday" not in said


def test_too_few_witnesses_do_not_vouch(export: Path, tmp_path: Path, capsys: Said) -> None:
    third = SignerKey("witness.example/w5", COSIGNATURE, bytes([5]) * 32).verifier
    policy = tmp_path / "strict"
    policy.write_text(POLICY.replace("group both all one two", f"witness three {third}\ngroup both all one two three"))

    assert main([str(export), "--policy", str(policy)]) == 2
    assert "too few witnesses" in capsys.readouterr().out


def test_it_imports_nothing_of_cairns(export: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; sys.argv[1:2] = []; " + _WITHOUT_CAIRN, str(export)],
        capture_output=True,
        text=True,
        check=False,
        cwd=export,
        env=environment,
    )
    assert (ran.returncode, ran.stderr) == (2, "")


_WITHOUT_CAIRN = """
import runpy
folder = sys.argv[-1] if len(sys.argv) > 1 else "."
sys.argv = ["verify_history.py", "."]
before = set(sys.modules)
try:
    runpy.run_path("verify_history.py", run_name="__main__")
except SystemExit as end:
    loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
    assert not loaded & {"events", "services", "projections"}, loaded
    sys.exit(end.code)
"""


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def write(file: Path, said: list[dict[str, object]]) -> None:
    file.write_text("".join(json.dumps(each) + "\n" for each in said))


def flip_a_byte(export: Path) -> None:
    said = lines(export / "events.jsonl")
    body = bytearray(base64.b64decode(str(said[5]["body"])))
    body[-3] ^= 1
    said[5]["body"] = base64.b64encode(body).decode()
    write(export / "events.jsonl", said)


def change_a_time(export: Path) -> None:
    said = lines(export / "events.jsonl")
    said[5]["recorded_ns"] = int(str(said[5]["recorded_ns"])) + 1
    write(export / "events.jsonl", said)


def change_a_header(export: Path) -> None:
    said = lines(export / "events.jsonl")
    headers = base64.b64decode(str(said[5]["headers"])).replace(b"ce-actor: p1", b"ce-actor: p9")
    said[5]["headers"] = base64.b64encode(headers).decode()
    write(export / "events.jsonl", said)


def swap_two(export: Path) -> None:
    said = lines(export / "events.jsonl")
    for name in ("headers", "body", "subject"):
        said[5][name], said[7][name] = said[7][name], said[5][name]
    write(export / "events.jsonl", said)


def change_the_order(export: Path) -> None:
    said = lines(export / "events.jsonl")
    said[5], said[7] = said[7], said[5]
    write(export / "events.jsonl", said)


def leave_out_the_last(export: Path) -> None:
    write(export / "events.jsonl", lines(export / "events.jsonl")[:-1])


def leave_out_one(export: Path) -> None:
    said = lines(export / "events.jsonl")
    del said[5]
    write(export / "events.jsonl", said)


def leave_out_a_goal(export: Path) -> None:
    said = [each for each in lines(export / "events.jsonl") if not str(each["subject"]).endswith("g3")]
    write(export / "events.jsonl", said)


def show_another_patient(export: Path) -> None:
    said = lines(export / "events.jsonl")
    event = stored(2)
    said.insert(1, {**said[0], "position": 2, "subject": event.subject})
    write(export / "events.jsonl", said)


def reword_the_timeline(export: Path) -> None:
    (export / "timeline.html").write_text("<p>Monday</p>")


def add_a_file(export: Path) -> None:
    (export / "read_me_first.html").write_text("All is well.")


def remove_a_file(export: Path) -> None:
    (export / "HOW_TO_CHECK.md").unlink()


def change_the_checkpoint(export: Path) -> None:
    file = export / "checkpoint"
    file.write_text(file.read_text().replace("\n300\n", "\n301\n"))


def take_the_cosignatures(export: Path) -> None:
    note = parse_note((export / "checkpoint").read_bytes())
    (export / "checkpoint").write_text(str(Note(note.text, note.signatures[:1])))


def sign_with_another_key(export: Path) -> None:
    note = parse_note((export / "statement").read_bytes())
    forged = SignerKey(STATE.name, NOTE, bytes([9]) * 32)
    (export / "statement").write_text(str(signed(note.text, forged)))


def lead_elsewhere(export: Path) -> None:
    (export / "timeline.html").unlink()
    (export / "timeline.html").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("tamper", "why"),
    [
        (flip_a_byte, "position 11 is not the one in the log"),
        (change_a_time, "position 11 is not the one in the log"),
        (change_a_header, "position 11 is not the one in the log"),
        (swap_two, "position 11 is not the one in the log"),
        (change_the_order, "position 13 does not follow position 15"),
        (leave_out_the_last, "the operator states “events 150”, and the export has “events 149”"),
        (leave_out_one, "an event of northside.p1.g3 is missing"),
        (leave_out_a_goal, "the operator states “events 150”, and the export has “events 75”"),
        (show_another_patient, "position 2 is not of northside.p1"),
        (reword_the_timeline, "timeline.html is not the one that was exported"),
        (add_a_file, "does not name the file read_me_first.html"),
        (remove_a_file, "HOW_TO_CHECK.md is missing"),
        (change_the_checkpoint, "the signature of records.clinic.example/tlog/7f3k2m9q-1 below checkpoint"),
        (take_the_cosignatures, "no witness of your policy has cosigned"),
        (sign_with_another_key, "the statement is not signed"),
        (lead_elsewhere, "no file timeline.html that can be read"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_whatever_was_changed_is_found_and_named(
    export: Path, policy: str, capsys: Said, tamper: Callable[[Path], None], why: str
) -> None:
    tamper(export)

    assert main([str(export), "--policy", policy]) == 1
    assert why in capsys.readouterr().out


def test_an_operator_who_leaves_out_the_last_event_has_signed_a_lie(
    clinic: Clinic, tmp_path: Path, policy: str, capsys: Said
) -> None:
    """Inclusion is not completeness: the export is consistent, and the statement can later be held against the log."""
    export = clinic.export(tmp_path / "short", leave_out=1)

    assert main([str(export), "--policy", policy]) == 0
    assert "events 149" in (export / "statement").read_text()


def test_two_histories_of_one_log_are_found(
    clinic: Clinic, export: Path, policy: str, tmp_path: Path, capsys: Said
) -> None:
    other = Checkpoint(ORIGIN, 300, sha256(b"another history").digest())
    (tmp_path / "theirs").write_text(str(signed(other.text, LOG)))

    assert main([str(export), "--policy", policy, "--also", str(tmp_path / "theirs")]) == 1
    assert "two histories" in capsys.readouterr().out


def test_an_earlier_checkpoint_of_the_same_log_is_shown_to_be_one(
    clinic: Clinic, export: Path, policy: str, tmp_path: Path, capsys: Said
) -> None:
    earlier, proof = tmp_path / "earlier", tmp_path / "proof"
    earlier.write_text(str(clinic.checkpoint(77)[1]))
    hashes = clinic.tree.consistency_proof(77, 300)
    proof.write_text("".join(base64.b64encode(each).decode() + "\n" for each in hashes))
    given = [str(export), "--policy", policy, "--quiet", "--also", str(earlier)]

    assert main([*given, "--consistency", str(proof)]) == 0
    assert main(given) == 1
    assert "no --consistency proof was given" in capsys.readouterr().out
    proof.write_text("".join(base64.b64encode(each).decode() + "\n" for each in hashes[:-1]))
    assert main([*given, "--consistency", str(proof)]) == 1


def test_a_large_history_has_each_hash_once(tmp_path: Path, policy: str, capsys: Said) -> None:
    clinic = Clinic(tmp_path, 2_500)
    export = clinic.export(tmp_path / "large")

    assert not (export / "proofs").exists()
    assert main([str(export), "--policy", policy, "--quiet"]) == 0
    nodes = (export / "nodes.jsonl").read_text().splitlines()
    assert len(nodes) == len(set(nodes))
    (export / "nodes.jsonl").write_text("\n".join(nodes[1:]) + "\n")
    assert main([str(export), "--policy", policy, "--quiet"]) == 1


def test_both_computations_of_a_leaf_agree() -> None:
    """The checker's own, and the one of the log's digest; odd blocks are in tests/unit/events/test_leaf.py."""
    from events.leaf import leaf_of  # noqa: PLC0415
    from events.raw_message import RawMessage  # noqa: PLC0415

    for position in (1, 2, 250):
        event = stored(position)
        raw = RawMessage(event.subject, event.position, event.recorded_ns, event.headers, event.body)
        assert leaf_hash(leaf_of(raw)) == Event(*event).leaf_hash()


@pytest.mark.parametrize("words", ["\x1b[2J\x1b[31mnothing", "right\u202eleft", "bell\x07"])
def test_what_was_said_cannot_steer_the_terminal(words: str) -> None:
    from services.notary.verify_history import told  # noqa: PLC0415

    said = told(Event(1, START, "cairn.log.o.p.g", b"NATS/1.0\r\n\r\n", json.dumps({"note": words}).encode()))

    assert not set("\x1b\u202e\x07") & set(said)
