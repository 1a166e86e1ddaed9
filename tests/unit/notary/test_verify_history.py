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

from events.leaf import leaf_of
from events.raw_message import RawMessage
from events.transparency.checkpoints import Checkpoint, cosigned
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, parse_note, signed
from services.notary.requests import KeysAnswer
from services.notary.verify_history import Event, main, told
from tests.histories import (
    COUNTING,
    LOG,
    ORIGIN,
    POLICY,
    START,
    STATE,
    WITNESS_LINES,
    WITNESSES,
    Clinic,
    message,
    period,
    proof_lines,
)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return Clinic(tmp_path_factory.mktemp("clinic"), map(message, range(1, 301)), kept=(50, 120, 250))


@pytest.fixture(scope="module")
async def whole(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await clinic.export(tmp_path_factory.mktemp("export") / "whole")


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
    assert "3 earlier checkpoints are shown to be of the same tree" in said
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


def test_a_policy_of_whose_witnesses_none_has_cosigned_does_not_vouch(
    export: Path, tmp_path: Path, capsys: Said
) -> None:
    other = SignerKey("witness.example/w5", COSIGNATURE, bytes([5]) * 32).verifier
    policy = tmp_path / "of-others"
    policy.write_text(f"log {LOG.verifier}\nlog {STATE.verifier}\nwitness other {other}\nquorum other\n")

    assert main([str(export), "--policy", str(policy), "--quiet"]) == 2
    assert "too few witnesses of your policy have cosigned: none of 1." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--witnesses"], "unrecognized arguments"),
        (["--consistency", "proof"], "--consistency is a proof for a checkpoint that is given with --also"),
    ],
)
def test_a_command_that_cannot_be_followed_says_nothing_of_the_history(
    export: Path, capsys: Said, arguments: list[str], why: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(export), *arguments])

    assert ended.value.code == 64
    assert why in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: Said) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "nonexist")])

    assert ended.value.code == 64
    assert f"there is no folder {tmp_path / 'nonexist'}" in capsys.readouterr().err


def test_a_policy_without_the_key_for_statements_does_not_vouch_that_nothing_is_left_out(
    export: Path, tmp_path: Path, capsys: Said
) -> None:
    policy = tmp_path / "without"
    policy.write_text(POLICY.replace(f"log {STATE.verifier}\n", ""))

    assert main([str(export), "--policy", str(policy), "--quiet"]) == 2
    assert f"your policy has no key {STATE.name}" in capsys.readouterr().out


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


def show_one_twice(export: Path) -> None:
    said = lines(export / "events.jsonl")
    said.insert(5, said[5])
    write(export / "events.jsonl", said)


def put_the_checkpoint_of_another_log(export: Path) -> None:
    other = SignerKey("another.example/tlog/7f3k2m9q-1", NOTE, bytes([9]) * 32)
    (export / "checkpoint").write_text(str(signed(Checkpoint(other.name, 300, bytes(32)).text, other)))


def put_an_older_checkpoint(export: Path) -> None:
    (export / "checkpoint").write_bytes((export / "earlier" / "250").read_bytes().partition(b"\n\n")[2])


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
    event = message(2)
    said.insert(1, {**said[0], "position": 2, "subject": event.subject})
    write(export / "events.jsonl", said)


def reword_the_timeline(export: Path) -> None:
    (export / "timeline.html").write_text("<p>Monday</p>")


def reword_the_pdf(export: Path) -> None:
    (export / "timeline.pdf").write_bytes(b"%PDF-1.7 Monday")


def add_a_file(export: Path) -> None:
    (export / "read_me_first.html").write_text("All is well.")


def add_an_empty_folder(export: Path) -> None:
    (export / "read_me_first").mkdir()


def add_a_link_to_a_folder(export: Path) -> None:
    (export / "read_me_first").symlink_to("/etc")


def lead_a_folder_elsewhere(export: Path) -> None:
    (export / "earlier").rename(export.parent / "elsewhere")
    (export / "earlier").symlink_to(export.parent / "elsewhere")


def name_a_half_character(export: Path) -> None:
    said = lines(export / "events.jsonl")
    said[5]["subject"] = "cairn.log.northside.p1.\ud800"
    write(export / "events.jsonl", said)


def name_a_long_subject(export: Path) -> None:
    said = lines(export / "events.jsonl")
    said[5]["subject"] = f"cairn.log.northside.p1.{'é' * 40_000}"  # fewer characters than a leaf has room for bytes
    write(export / "events.jsonl", said)


def add_an_event_by_proof(export: Path) -> None:
    (export / "proofs" / "2.tlog-proof").write_text("c2sp.org/tlog-proof@v1\n")


def add_an_environment_of_ones_own_name(export: Path) -> None:
    (export / "earlier" / "pyvenv.cfg").write_text("")


def remove_a_file(export: Path) -> None:
    (export / "HOW_TO_CHECK.html").unlink()


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


def leave_out_an_earlier_checkpoint(export: Path) -> None:
    (export / "earlier" / "120").unlink()


def put_another_earlier_checkpoint(export: Path) -> None:
    file = export / "earlier" / "120"
    file.write_text(file.read_text().replace("\n120\n", "\n121\n"))


def break_off_the_statement(export: Path) -> None:
    text = parse_note((export / "statement").read_bytes()).text
    (export / "statement").write_text(str(signed("\n".join(text.split("\n")[:5]) + "\n", STATE)))


@pytest.mark.parametrize(
    ("tamper", "why"),
    [
        (flip_a_byte, "position 11 is not the one in the log"),
        (change_a_time, "position 11 is not the one in the log"),
        (change_a_header, "position 11 is not the one in the log"),
        (swap_two, "position 11 is not the one in the log"),
        (change_the_order, "the events are not in their order: position 13 does not follow position 15"),
        (show_one_twice, "the event at position 11 is there twice"),
        (put_the_checkpoint_of_another_log, "the checkpoint is of another log than the history: another.example"),
        (put_an_older_checkpoint, "is against another checkpoint than the export's"),
        (leave_out_the_last, "the operator states “events 150”, and the export has “events 149”"),
        (leave_out_one, "an event of northside.p1.g3 is missing"),
        (leave_out_a_goal, "the operator states “events 150”, and the export has “events 75”"),
        (show_another_patient, "position 2 is not of northside.p1"),
        (reword_the_timeline, "timeline.html is not the one that was exported"),
        (reword_the_pdf, "timeline.pdf is not the one that was exported"),
        (add_a_file, "does not name the file read_me_first.html"),
        (add_an_empty_folder, "names nothing in the folder read_me_first"),
        (add_a_link_to_a_folder, "does not name the file read_me_first"),
        (lead_a_folder_elsewhere, "does not name the file earlier"),
        (name_a_half_character, "line 6 of events.jsonl is no event"),
        (name_a_long_subject, "line 6 of events.jsonl is no event"),
        (add_an_event_by_proof, "does not name the file proofs/2.tlog-proof"),
        (add_an_environment_of_ones_own_name, "earlier has a file that is no earlier checkpoint"),
        (remove_a_file, "HOW_TO_CHECK.html is missing"),
        (change_the_checkpoint, "the signature of records.clinic.example/tlog/7f3k2m9q-1 below checkpoint"),
        (take_the_cosignatures, "the file checkpoint is not the one that was exported"),
        (sign_with_another_key, "the statement is not signed"),
        (break_off_the_statement, "the statement breaks off"),
        (lead_elsewhere, "no file timeline.html that can be read"),
        (leave_out_an_earlier_checkpoint, "earlier/250 does not follow the checkpoint before it"),
        (put_another_earlier_checkpoint, "the signature of records.clinic.example/tlog/7f3k2m9q-1 below earlier/120"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_whatever_was_changed_is_found_and_named(
    export: Path, policy: str, capsys: Said, tamper: Callable[[Path], None], why: str
) -> None:
    tamper(export)

    assert main([str(export), "--policy", policy]) == 1
    assert why in capsys.readouterr().out


def test_what_tools_and_systems_leave_in_the_folder_is_named_and_does_not_accuse(
    export: Path, policy: str, capsys: Said
) -> None:
    (export / "checking" / "bin").mkdir(parents=True)
    (export / "checking" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (export / "checking" / "bin" / "activate").write_text("")
    (export / "checking" / "bin" / "python").symlink_to(sys.executable)
    (export / "__pycache__").mkdir()
    (export / "__pycache__" / "verify_history.pyc").write_bytes(b"")
    for folder in ("", "earlier", "proofs"):
        (export / folder / ".DS_Store").write_bytes(b"")

    assert main([str(export), "--policy", policy, "--quiet"]) == 0
    said = capsys.readouterr().out
    for name in ("checking", "__pycache__", ".DS_Store", "earlier/.DS_Store"):
        assert f"{name} lies in the folder and is not part of the export" in said


async def test_one_of_something_is_told_as_one(tmp_path: Path, policy: str, capsys: Said) -> None:
    clinic = Clinic(tmp_path, map(message, range(1, 3)), kept=(1,))
    export = await clinic.export(tmp_path / "export")

    assert main([str(export), "--policy", policy, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "1 event of northside.p1" in said
    assert "1 earlier checkpoint is shown" in said


class Forgetful(Clinic):
    """A notary whose operator has it state less than there is."""

    forgets = 1

    async def statement(self, scope: str, size: int, files: dict[str, str]) -> Note:  # type: ignore[override]
        everything = self.messages
        self.messages = everything[: -2 * self.forgets]
        try:
            return await super().statement(scope, size, files)
        finally:
            self.messages = everything


async def test_an_operator_who_leaves_out_the_last_event_has_signed_a_lie(
    clinic: Clinic, tmp_path: Path, policy: str, capsys: Said
) -> None:
    """Inclusion is not completeness: the export is consistent, and the statement can later be held against the log."""
    forgetful = Forgetful(tmp_path, clinic.messages)
    export = await forgetful.export(tmp_path / "short", log=clinic.messages[:-2], notary=forgetful)

    assert main([str(export), "--policy", policy]) == 0
    assert "events 149" in (export / "statement").read_text()


async def test_a_witness_that_counts_by_itself_is_named(clinic: Clinic, tmp_path: Path, capsys: Said) -> None:
    counted = Clinic(tmp_path, clinic.messages)
    counted.cosigns_statements = True
    export = await counted.export(tmp_path / "counted")
    policy = tmp_path / "policy"
    policy.write_text(f"log {COUNTING.verifier}\n{POLICY}")

    assert main([str(export), "--policy", str(policy), "--quiet"]) == 0
    assert "witness.example/w3 counted the events as well" in capsys.readouterr().out


def test_two_histories_of_one_log_are_found(export: Path, policy: str, tmp_path: Path, capsys: Said) -> None:
    for size in (300, 120):  # the export's own checkpoint, and an earlier one that goes along
        other = Checkpoint(ORIGIN, size, sha256(b"another history").digest())
        (tmp_path / "theirs").write_text(str(signed(other.text, LOG)))

        assert main([str(export), "--policy", policy, "--also", str(tmp_path / "theirs")]) == 1
        assert "two histories" in capsys.readouterr().out


def test_an_earlier_checkpoint_of_the_same_log_is_shown_to_be_one(
    clinic: Clinic, export: Path, policy: str, tmp_path: Path, capsys: Said
) -> None:
    earlier, proof = tmp_path / "earlier", tmp_path / "proof"
    earlier.write_text(str(clinic.note(77)))
    proof.write_text(proof_lines(clinic, 77, 300))
    given = [str(export), "--policy", policy, "--quiet", "--also", str(earlier)]

    assert main([*given, "--consistency", str(proof)]) == 0
    assert main(given) == 1
    assert "no --consistency proof was given" in capsys.readouterr().out
    proof.write_text("".join(proof_lines(clinic, 77, 300).splitlines(keepends=True)[:-1]))
    assert main([*given, "--consistency", str(proof)]) == 1


def test_each_proof_is_tried_for_each_checkpoint_whatever_their_order(
    clinic: Clinic, export: Path, policy: str, tmp_path: Path
) -> None:
    given = [str(export), "--policy", policy, "--quiet"]
    for size in (250, 77, 88):  # the first of them goes along, and needs none
        (tmp_path / f"kept-{size}").write_text(str(clinic.note(size)))
        given += ["--also", str(tmp_path / f"kept-{size}")]
    for size in (88, 77):
        (tmp_path / f"proof-{size}").write_text(proof_lines(clinic, size, 300))
        given += ["--consistency", str(tmp_path / f"proof-{size}")]

    assert main(given) == 0
    assert main(given[:-2]) == 1


def test_a_checkpoint_that_goes_along_needs_no_proof_of_its_own(
    clinic: Clinic, export: Path, policy: str, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text(str(clinic.note(120)))

    assert main([str(export), "--policy", policy, "--quiet", "--also", str(tmp_path / "kept")]) == 0


@pytest.fixture(scope="module")
async def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    clinic = Clinic(folder, map(message, range(1, 2_501)), kept=(1_000, 2_000))
    return await clinic.export(folder / "export")


@pytest.fixture
def many(large: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(large, tmp_path / "export"))


def test_a_large_history_has_each_hash_once(many: Path, policy: str) -> None:
    assert not (many / "proofs").exists()
    assert main([str(many), "--policy", policy, "--quiet"]) == 0
    nodes = (many / "nodes.jsonl").read_text().splitlines()
    assert len(nodes) == len(set(nodes))


@pytest.mark.parametrize("tamper", [flip_a_byte, change_a_time, change_a_header, swap_two])
def test_in_a_large_history_the_very_event_that_was_changed_is_named(
    many: Path, policy: str, capsys: Said, tamper: Callable[[Path], None]
) -> None:
    tamper(many)

    assert main([str(many), "--policy", policy, "--quiet"]) == 1
    assert "the event at position 11 is not the one in the log" in capsys.readouterr().out


def without_one(nodes: list[str]) -> list[str]:
    return nodes[1:]


def with_one_more(nodes: list[str]) -> list[str]:
    return [*nodes, nodes[-1]]


def with_one_changed(nodes: list[str]) -> list[str]:
    return [nodes[0].replace('"', '"A', 1)[:-3] + '"]\n', *nodes[1:]]


@pytest.mark.parametrize("tamper", [without_one, with_one_more, with_one_changed])
def test_hashes_of_a_large_history_that_were_changed_are_found(
    many: Path, policy: str, capsys: Said, tamper: Callable[[list[str]], list[str]]
) -> None:
    nodes = (many / "nodes.jsonl").read_text().splitlines(keepends=True)
    (many / "nodes.jsonl").write_text("".join(tamper(nodes)))

    assert main([str(many), "--policy", policy, "--quiet"]) == 1
    assert "WRONG" in capsys.readouterr().out


async def test_what_is_withheld_is_proven_and_not_shown(
    clinic: Clinic, tmp_path: Path, policy: str, capsys: Said
) -> None:
    export = await clinic.export(tmp_path / "export", is_withheld=lambda each: each.position == 11)

    assert main([str(export), "--policy", policy]) == 0
    said = capsys.readouterr().out
    assert "Sunday 11," not in said
    assert "position 11, northside.p1.g3: withheld" in said
    assert "1 of them is withheld: it is" in said
    changed = lines(export / "events.jsonl")
    hidden = base64.b64decode(str(changed[5]["withheld"]))
    changed[5]["withheld"] = base64.b64encode(hidden[32:] + hidden[:32]).decode()
    write(export / "events.jsonl", changed)
    assert main([str(export), "--policy", policy]) == 1
    assert "position 11 is not the one in the log" in capsys.readouterr().out


async def test_a_time_before_a_cosigned_checkpoint_without_the_event_is_reported(
    tmp_path: Path, policy: str, capsys: Said
) -> None:
    """It was put in later with an earlier time, or nobody signed then: the reader is told, and asks."""
    long_before = (START - 5_000) * 1_000_000_000
    messages = [message(position) for position in range(1, 301)]
    for place in (*range(297), 298):  # the event before it, of somebody else, was recorded and cosigned much later
        messages[place] = messages[place]._replace(recorded_ns=long_before)
    dated_back = Clinic(tmp_path, messages, kept=(298,))
    export = await dated_back.export(tmp_path / "export")

    assert main([str(export), "--policy", policy, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "LATE: position 299 says that it was recorded at" in said
    assert said.count("LATE") == 1


async def test_a_time_after_a_cosignature_is_told_and_accuses_nobody(tmp_path: Path, policy: str, capsys: Said) -> None:
    """A witness's clock that was behind for a moment must not spoil every later export of an honest log."""
    ahead = Clinic(tmp_path, [message(each) for each in range(1, 301)], kept=(200,))
    ahead.messages[198:] = [each._replace(recorded_ns=each.recorded_ns + 10**13) for each in ahead.messages[198:]]
    early = Clinic(tmp_path / "tree", ahead.messages, kept=(200,))
    note = early.note

    def cosigned_too_early(size: int) -> Note:
        if size != 200:
            return note(size)
        text = signed(Checkpoint(ORIGIN, size, early.tree.root_at(size)).text, LOG)
        return text.with_lines(cosigned(text, each, START) for each in WITNESSES)

    early.note = cosigned_too_early  # type: ignore[method-assign]
    export = await early.export(tmp_path / "export")

    assert main([str(export), "--policy", policy, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "CLOCKS: position 199 says that it was recorded at" in said
    assert "One of the two clocks was wrong" in said
    assert said.count("CLOCKS") == 1


async def test_a_clock_of_the_log_that_was_put_back_is_told_and_accuses_nobody(
    tmp_path: Path, policy: str, capsys: Said
) -> None:
    messages = [message(position) for position in range(1, 301)]
    messages[:100] = [each._replace(recorded_ns=each.recorded_ns + 3_600 * 10**9) for each in messages[:100]]
    export = await Clinic(tmp_path, messages).export(tmp_path / "export")

    assert main([str(export), "--policy", policy, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "CLOCKS: position 101 says that it was recorded at" in said
    assert "well before the event that precedes it. The log's clock was put back" in said
    assert "CLOCKS: so are" in said


def test_the_timeline_says_between_which_times_an_event_came_to_be_there(
    export: Path, policy: str, capsys: Said
) -> None:
    main([str(export), "--policy", policy])

    event = next(each for each in capsys.readouterr().out.split("\n\n") if each.startswith("position 151,"))
    assert "not yet there at 2026-09-21T" in event
    assert "there at 2026-09-21T" in event


@pytest.mark.parametrize(
    "headers",
    [
        b"",
        b"NATS/1.0\r\nCE-ID: 1\r\nce-id: 2\r\n\r\n",
        b"NATS/1.0\r\nce-note: \xff\xfe\r\n x: y\r\ncairn-blind: not base64!\r\nNATS-Msg-Id: 1\r\n\r\n",
        b"NATS/1.0\r\nCairn-Blind: AAAA\r\na:b\r\ncairn-blind: AAECAwQFBgcICQoLDA0ODw\r\n:\r\n\r\n",
        b"NATS/1.0\r\ncairn-blinded: AAAA\r\nnats-: \r\n\r\n",
    ],
)
def test_both_computations_of_a_leaf_agree(headers: bytes) -> None:
    """The checker's own, and the one of the log's digest."""
    for raw in (message(250), RawMessage("cairn.log.o.p.g", 2, START, headers, b"\x00\xff")):
        assert leaf_hash(leaf_of(raw)) == of(raw).leaf_hash()


def of(raw: RawMessage) -> Event:
    return Event(raw.position, raw.recorded_ns, raw.subject, raw.headers, raw.body)


@pytest.mark.parametrize("words", ["\x1b[2J\x1b[31mnothing", "right\u202eleft", "bell\x07", "line\u2028line"])
def test_what_was_said_cannot_steer_the_terminal(words: str) -> None:
    said = told(Event(1, START, "cairn.log.o.p.g", b"NATS/1.0\r\n\r\n", json.dumps({"note": words, words: 1}).encode()))

    assert not set("\x1b\u202e\x07\u2028") & set(said)


def test_what_was_said_cannot_look_like_another_event() -> None:
    headers = b"NATS/1.0\r\nce-actor: p1%0A%0Aposition 2, o.p.g, version 2: forged\r\n\r\n"
    body = json.dumps({"note\n\nposition 3": "one\n\nposition 4, o.p.g", "twice": 1}).encode()
    said = told(Event(1, START, "cairn.log.o.p.g", headers, body[:-1] + b', "twice": 2}'))

    assert [line for line in said.split("\n") if line.startswith("position")] == [said.split("\n")[0]]
    assert "\n\n" not in said
    assert "twice: 1" in said
    assert "twice: 2" in said


async def test_a_message_that_is_void_leaves_no_gap(tmp_path: Path, policy: str) -> None:
    def of_goal(position: int, version: str, kind: str) -> RawMessage:
        headers = f"NATS/1.0\r\nce-subject: northside.p1.g1\r\nce-version: {version}\r\nce-type: {kind}\r\n\r\n"
        return RawMessage("cairn.log.northside.p1.g1", position, START + position, headers.encode(), b"{}")

    told_twice = [
        of_goal(1, "1", "cairn.goal.proposed.v1"),
        of_goal(2, "2", "cairn.goal.unknown.v9"),
        of_goal(3, "2", "cairn.goal.voided.v1"),
        of_goal(4, "none", "unreadable"),
        of_goal(5, "4", "cairn.goal.held.v1"),
    ]
    export = await Clinic(tmp_path, told_twice).export(tmp_path / "export")

    assert main([str(export), "--policy", policy, "--quiet"]) == 0


SECOND, SECOND_STATE = (
    SignerKey(name, NOTE, bytes([n]) * 32)
    for n, name in ((11, ORIGIN), (12, ORIGIN.replace("-1", "-2") + "/statements"))
)
NEXT = SignerKey(ORIGIN.replace("-1", "-2"), NOTE, bytes([13]) * 32)


def with_policy(tmp_path: Path, text: str) -> str:
    (tmp_path / "their-policy").write_text(text)
    return str(tmp_path / "their-policy")


class TestAKeyThatIsReplaced:
    """Both keys sign for a while; then the old one is retired (`cairn notary rotate`)."""

    @pytest.fixture
    async def export(self, clinic: Clinic, tmp_path: Path) -> Path:
        replaced = Clinic(tmp_path, clinic.messages, kept=(50, 120, 250))
        replaced.signers = [SECOND, LOG]
        both = replaced.note
        replaced.note = lambda size: both(size) if size < 300 else with_cosignatures(size, replaced, SECOND)  # type: ignore[method-assign]
        policy = POLICY.replace(str(LOG.verifier), str(SECOND.verifier))
        periods = (period(LOG, last=260), period(SECOND, first=40), period(STATE))
        replaced.keys = KeysAnswer(origin=ORIGIN, keys=periods, policy=policy)
        return await replaced.export(tmp_path / "export")

    def test_a_reader_with_the_new_key_is_told_of_the_old_one(self, export: Path, tmp_path: Path, capsys: Said) -> None:
        policy = with_policy(tmp_path, POLICY.replace(str(LOG.verifier), str(SECOND.verifier)))

        assert main([str(export), "--policy", policy, "--quiet"]) == 0
        assert "was retired at size 260; the next one signed beside it before" in capsys.readouterr().out

    def test_a_reader_with_both_keys_is_as_well_off(self, export: Path, tmp_path: Path) -> None:
        policy = with_policy(tmp_path, f"log {SECOND.verifier}\n{POLICY}")

        assert main([str(export), "--policy", policy, "--quiet"]) == 0

    def test_a_reader_with_the_old_key_alone_is_told_to_ask_for_the_new_one(
        self, export: Path, policy: str, capsys: Said
    ) -> None:
        assert main([str(export), "--policy", policy, "--quiet"]) == 1
        assert "it was replaced: ask for the policy of now" in capsys.readouterr().out

    def test_what_the_old_key_signs_afterwards_is_wrong(
        self, export: Path, clinic: Clinic, tmp_path: Path, capsys: Said
    ) -> None:
        policy = with_policy(tmp_path, f"log {SECOND.verifier}\n{POLICY}")
        (tmp_path / "late").write_text(str(clinic.note(300)))

        assert main([str(export), "--policy", policy, "--quiet", "--also", str(tmp_path / "late")]) == 1
        assert "late is of size 300 and signed by a key that signed from size 0 to 260" in capsys.readouterr().out

    async def test_a_key_that_comes_from_nowhere_is_wrong(self, clinic: Clinic, tmp_path: Path, capsys: Said) -> None:
        sudden = Clinic(tmp_path, clinic.messages)
        sudden.signers = [SECOND]
        periods = (period(LOG, last=200), period(SECOND, first=260), period(STATE))
        policy = POLICY.replace(str(LOG.verifier), str(SECOND.verifier))
        sudden.keys = KeysAnswer(origin=ORIGIN, keys=periods, policy=policy)
        export = await sudden.export(tmp_path / "export")

        assert main([str(export), "--quiet"]) == 1
        assert "the log's key was replaced at size 260 without the one before it" in capsys.readouterr().out


def with_cosignatures(size: int, clinic: Clinic, key: SignerKey) -> Note:
    note = signed(Checkpoint(key.name, size, clinic.tree.root_at(size)).text, key)
    return note.with_lines(cosigned(note, each, START + 1_000) for each in WITNESSES)


class TestAKeyThatLeaked:
    """A new generation begins (`cairn notary succeed`), with a note that says up to where both are the same."""

    POLICY_OF_NOW = f"log {NEXT.verifier}\nlog {SECOND_STATE.verifier}\n{POLICY}"

    @pytest.fixture
    async def export(self, clinic: Clinic, tmp_path: Path) -> Path:
        return await self.export_of(clinic, tmp_path, agree=260)

    async def export_of(self, clinic: Clinic, tmp_path: Path, *, agree: int, signed_size: int = 260) -> Path:
        root = base64.b64encode(clinic.tree.root_at(signed_size)).decode()
        text = (
            f"cairn succession/1\nold {ORIGIN}\nnew {NEXT.name}\nat 2026-11-29T10:00:00Z\nby ana\n"
            f"reason the key had leaked\nagree {agree}\nsigned {signed_size} {root}\n\n{clinic.note(signed_size)}"
        )
        begun = Clinic(tmp_path, clinic.messages, origin=NEXT.name, statements=SECOND_STATE)
        begun.note = lambda size: with_cosignatures(size, begun, NEXT)  # type: ignore[method-assign]
        begun.keys = KeysAnswer(
            origin=NEXT.name,
            keys=(period(NEXT), period(SECOND_STATE)),
            former=(period(LOG), period(STATE)),
            policy=f"log {NEXT.verifier}\nlog {SECOND_STATE.verifier}\nquorum none\n",
            successions=(str(signed(text, SECOND_STATE, STATE)),),
        )
        return await begun.export(tmp_path / "export")

    def test_a_reader_with_the_policy_of_before_is_told_to_ask_for_the_one_of_now(
        self, export: Path, policy: str, capsys: Said
    ) -> None:
        assert main([str(export), "--policy", policy, "--quiet"]) == 2
        said = capsys.readouterr().out
        assert f"your policy is of {ORIGIN}, and the log has begun a new generation: {NEXT.name}" in said
        assert "A key of your policy has signed that it ended" in said

    def test_where_the_key_of_before_has_not_signed_the_end_that_is_said(
        self, export: Path, tmp_path: Path, capsys: Said
    ) -> None:
        policy = with_policy(tmp_path, POLICY.replace(f"log {STATE.verifier}\n", ""))

        assert main([str(export), "--policy", policy, "--quiet"]) == 2
        assert "this may be another log" in capsys.readouterr().out

    def test_a_checkpoint_of_before_needs_no_key_of_before_in_the_policy(
        self, export: Path, clinic: Clinic, tmp_path: Path, capsys: Said
    ) -> None:
        policy = with_policy(tmp_path, f"log {NEXT.verifier}\nlog {SECOND_STATE.verifier}\n{WITNESS_LINES}")
        given = [str(export), "--policy", policy, "--quiet", "--consistency", self.proof(clinic, tmp_path, 200)]

        assert main([*given, "--also", self.also(tmp_path, clinic.note(200))]) == 0
        forged = signed(clinic.note(200).text, SignerKey(ORIGIN, NOTE, bytes([99]) * 32))
        assert main([*given, "--also", self.also(tmp_path, forged)]) == 1
        assert f"is not signed by a key of {ORIGIN}" in capsys.readouterr().out

    def also(self, tmp_path: Path, note: Note) -> str:
        (tmp_path / "kept").write_text(str(note))
        return str(tmp_path / "kept")

    def proof(self, clinic: Clinic, tmp_path: Path, size: int) -> str:
        (tmp_path / "proof").write_text(proof_lines(clinic, size, 300))
        return str(tmp_path / "proof")

    def test_the_succession_is_told_and_what_was_kept_still_holds(
        self, export: Path, clinic: Clinic, tmp_path: Path, capsys: Said
    ) -> None:
        given = [str(export), "--policy", with_policy(tmp_path, self.POLICY_OF_NOW), "--quiet"]
        kept = ["--also", self.also(tmp_path, clinic.note(120)), "--consistency", self.proof(clinic, tmp_path, 120)]

        assert main([*given, *kept]) == 0
        assert f"{NEXT.name} goes on from {ORIGIN}" in capsys.readouterr().out

    def test_what_the_thief_signs_is_wrong(self, export: Path, clinic: Clinic, tmp_path: Path, capsys: Said) -> None:
        given = [str(export), "--policy", with_policy(tmp_path, self.POLICY_OF_NOW), "--quiet", "--also"]

        assert main([*given, self.also(tmp_path, clinic.note(290))]) == 1
        assert "signed later, with a key that had been given up" in capsys.readouterr().out
        forged = signed(Checkpoint(ORIGIN, 260, sha256(b"another").digest()).text, LOG)
        assert main([*given, self.also(tmp_path, forged)]) == 1
        assert "two histories" in capsys.readouterr().out
        forged = signed(Checkpoint(ORIGIN, 120, sha256(b"another").digest()).text, LOG)
        proof = self.proof(clinic, tmp_path, 120)
        assert main([*given, self.also(tmp_path, forged), "--consistency", proof]) == 1
        assert "not shown to be of the same tree" in capsys.readouterr().out

    async def test_one_that_ended_at_the_very_size_of_the_export_is_held_against_its_root(
        self, clinic: Clinic, tmp_path: Path, capsys: Said
    ) -> None:
        export = await self.export_of(clinic, tmp_path, agree=300, signed_size=300)
        given = [str(export), "--policy", with_policy(tmp_path, self.POLICY_OF_NOW), "--quiet", "--also"]

        assert main([*given, self.also(tmp_path, clinic.note(300))]) == 0
        forged = signed(Checkpoint(ORIGIN, 300, sha256(b"another").digest()).text, LOG)
        assert main([*given, self.also(tmp_path, forged)]) == 1
        assert "two histories" in capsys.readouterr().out

    async def test_a_loss_is_told(self, clinic: Clinic, tmp_path: Path, capsys: Said) -> None:
        export = await self.export_of(clinic, tmp_path, agree=200)
        policy = with_policy(tmp_path, self.POLICY_OF_NOW)

        assert main([str(export), "--policy", policy, "--quiet", "--also", self.also(tmp_path, clinic.note(250))]) == 0
        assert "The first 200 of the 260 events that had been signed" in capsys.readouterr().out

    def test_a_note_that_was_changed_is_found(self, export: Path, tmp_path: Path, capsys: Said) -> None:
        file = export / "successions" / "1"
        file.write_text(file.read_text().replace("by ana", "by ben"))

        assert main([str(export), "--policy", with_policy(tmp_path, self.POLICY_OF_NOW), "--quiet"]) == 1
        assert "below successions/1 does not verify" in capsys.readouterr().out
