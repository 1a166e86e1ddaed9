"""What the notary keeps: checkpoints for ever, keys by periods, the policy, the end of a generation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.transparency.checkpoints import Checkpoint
from events.transparency.keys import NOTE, SignerKey
from events.transparency.notes import Note, parse_note, signed, signers_of
from events.transparency.policies import parse_policy
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.errors import NotaryUnusable
from services.notary.founding import Founded, found, new_key
from services.notary.generations import KEY_FILE, RETIRING_KEY_FILE, SIGNED_FILE, STOPPED_FILE, Generation, Signed
from services.notary.identity import NotaryFolder
from services.notary.places import check_not_lost, notary_folder, streams_with_a_notary, tree_folder
from services.notary.published import KEEP_SECONDS, Published
from services.notary.succession import Succession, succeed
from services.notary.trust import quorum_of, whole_policy
from services.settings import Settings
from tests.witness_in_memory import WitnessInMemory

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
KEY = SignerKey(ORIGIN, NOTE, bytes(range(32)))
WITNESS = WitnessInMemory()


def note(size: int) -> Note:
    return signed(Checkpoint(ORIGIN, size, size.to_bytes(32)).text, KEY)


class TestCheckpointsThatAreKept:
    def test_the_first_of_a_size_is_found_also_after_a_restart(self, tmp_path: Path) -> None:
        archive = CheckpointArchive(tmp_path / "checkpoints")
        for number, size in enumerate((3, 3, 10)):
            archive.keep(note(size), 600 * number)
        for each in (archive, CheckpointArchive(tmp_path / "checkpoints")):
            assert [each.first_of(size) for size in (0, 3, 4, 10, 11)] == [note(3), note(3), note(10), note(10), None]
            assert (each.last, each.last_at) == (note(10), 1200)

    @pytest.mark.parametrize("cut", [1, 30, 200])
    def test_one_that_was_written_in_part_is_passed_over(self, tmp_path: Path, cut: int) -> None:
        file = tmp_path / "checkpoints"
        archive = CheckpointArchive(file)
        archive.keep(note(3), 0)
        whole = file.stat().st_size
        archive.keep(note(4), 1)
        file.write_bytes(file.read_bytes()[: whole + min(cut, whole - 1)])
        again = CheckpointArchive(file)
        assert again.last == note(3)
        again.keep(note(5), 2)
        assert CheckpointArchive(file).last == note(5)

    def test_damage_before_the_end_is_not_taken_for_the_end(self, tmp_path: Path) -> None:
        file = tmp_path / "checkpoints"
        archive = CheckpointArchive(file)
        for size in (3, 4, 5):
            archive.keep(note(size), size)
        content = bytearray(file.read_bytes())
        content[0:4] = b"\xff\xff\xff\xff"
        file.write_bytes(content)
        with pytest.raises(NotaryUnusable, match="damaged"):
            CheckpointArchive(file)

    def test_one_every_ten_minutes_and_each_that_is_wanted(self, tmp_path: Path) -> None:
        archive = CheckpointArchive(tmp_path / "checkpoints")
        published = Published(tmp_path / "tree" / "checkpoint", archive)
        at = 1_800_000_000
        for size, later, keep in ((1, 0, False), (2, 1, False), (3, 2, True), (4, KEEP_SECONDS + 2, False)):
            published.publish(note(size), at + later, keep=keep)
        published.publish(note(5), at)
        assert archive.first_of(5) == note(5), "the clock was put back"
        kept = [archive.first_of(size) for size in (1, 2, 3, 4)]
        assert kept == [note(1), note(3), note(3), note(4)]
        assert published.at(2) == note(2), "it was given a moment ago"
        again = Published(tmp_path / "tree" / "checkpoint", CheckpointArchive(tmp_path / "checkpoints"))
        assert (again.note, again.at(2), again.at(3), again.first_of(2)) == (note(5), None, note(3), note(3))


def signing(generation: Generation) -> tuple[SignerKey, ...]:
    return generation.keys()


@pytest.fixture
def folder(tmp_path: Path) -> NotaryFolder:
    return NotaryFolder(tmp_path / "notary")


@pytest.fixture
def founded(folder: NotaryFolder) -> Founded:
    return found(folder, "records.clinic.example", "CAIRN_LOG", NOW)


@pytest.fixture
def generation(folder: NotaryFolder, founded: Founded) -> Generation:
    made = folder.generation(founded.identity)
    made.note_signed(Signed(size=7, root=bytes(32), at=NOW))
    return made


class TestMaking:
    def test_an_id_is_drawn_and_the_files_are_for_their_owner_alone(
        self, folder: NotaryFolder, founded: Founded
    ) -> None:
        assert founded.identity.origin.startswith("records.clinic.example/tlog/")
        assert founded.statements.name == f"{founded.identity.origin}/statements"
        files = [each for each in folder.folder.rglob("*") if each.is_file()]
        assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
        assert parse_policy(folder.policy()).quorum == "none"

    def test_it_is_made_once(self, folder: NotaryFolder, founded: Founded) -> None:
        with pytest.raises(NotaryUnusable, match=f"already, of {founded.identity.origin}"):
            found(folder, "records.clinic.example", "CAIRN_LOG", NOW)

    def test_one_that_was_broken_off_is_made_anew(self, folder: NotaryFolder) -> None:
        (folder.folder / "1").mkdir(parents=True)
        (folder.folder / "1" / KEY_FILE).write_text("half a key")
        made = found(folder, "records.clinic.example", "CAIRN_LOG", NOW)
        assert folder.generation(made.identity).keys()[0].verifier == made.checkpoints

    @pytest.mark.parametrize(
        "domain",
        [
            "https://clinic.example",
            "Clinic.example",
            "clinic example",
            "clinic/x",
            "",
            "..",
            ".",
            "-",
            "a..b",
            ".a",
            "-a.example",
            "a-.example",
            "1",
            "127.0.0.1",
            "a.",
            f"{'a' * 64}.example",
        ],
    )
    def test_a_name_that_is_no_domain_is_refused(self, folder: NotaryFolder, domain: str) -> None:
        with pytest.raises(NotaryUnusable, match="cannot be the name of a log"):
            found(folder, domain, "CAIRN_LOG", NOW)
        assert not folder.has_notary

    def test_the_keys_are_outside_of_the_data_folder(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path / "data")
        folder = notary_folder(settings, "CAIRN_LOG")
        assert folder.folder == tmp_path / "data-notary" / "CAIRN_LOG"
        made = found(folder, "records.clinic.example", "CAIRN_LOG", NOW)
        assert streams_with_a_notary(settings) == ["CAIRN_LOG"]
        assert tree_folder(settings, made.identity) == tmp_path / "data" / "notary" / "CAIRN_LOG" / "1"
        (tmp_path / "link").symlink_to(tmp_path / "data")
        for inside in (tmp_path / "data", tmp_path / "data" / "keys", tmp_path / "link" / "keys"):
            with pytest.raises(NotaryUnusable, match="inside the data folder"):
                notary_folder(settings.model_copy(update={"notary_dir": inside}), "CAIRN_LOG")

    def test_a_folder_that_is_not_there_any_more_is_missed(self, tmp_path: Path) -> None:
        """A disk that is not mounted must not look as if nobody had ever made a notary."""
        settings = Settings(data_dir=tmp_path / "data")
        check_not_lost(settings, "CAIRN_LOG")
        folder = notary_folder(settings, "CAIRN_LOG")
        identity = found(folder, "records.clinic.example", "CAIRN_LOG", NOW).identity
        check_not_lost(settings, "CAIRN_LOG")
        tree = tree_folder(settings, identity)
        tree.mkdir(parents=True)
        (tree / "checkpoint").write_text(f"{identity.origin}\n3\n{'A' * 43}=\n\n")
        settings.notary_folder.rename(tmp_path / "elsewhere")

        assert streams_with_a_notary(settings) == ["CAIRN_LOG"]
        with pytest.raises(NotaryUnusable, match=rf"published as {identity.origin}, and there is no notary in"):
            check_not_lost(settings, "CAIRN_LOG")

        (tmp_path / "elsewhere").rename(settings.notary_folder)
        check_not_lost(settings, "CAIRN_LOG")

    def test_keys_that_have_signed_are_never_written_over(
        self, folder: NotaryFolder, generation: Generation, founded: Founded
    ) -> None:
        generation.note_signed(Signed(size=3, root=bytes(32), at=NOW))
        (folder.folder / "identity.json").unlink()
        with pytest.raises(NotaryUnusable, match=r"have signed a tree with 3 leaves, and identity\.json"):
            found(folder, "records.clinic.example", "CAIRN_LOG", NOW)
        assert generation.keys()[0].verifier == founded.checkpoints


class TestRotation:
    def test_both_keys_sign_until_it_is_finished(self, generation: Generation, founded: Founded) -> None:
        new = new_key(generation.origin)
        generation.note_periods(generation.keys(), generation.statements_key(), 3, NOW)
        generation.begin_rotation(new)
        assert [key.verifier for key in signing(generation)] == [new.verifier, founded.checkpoints]
        with pytest.raises(NotaryUnusable, match="begun already"):
            generation.begin_rotation(new_key(generation.origin))
        with pytest.raises(NotaryUnusable, match="has signed nothing yet"):
            generation.finish_rotation(NOW)
        generation.note_periods(generation.keys(), generation.statements_key(), 7, NOW)
        assert generation.finish_rotation(NOW + timedelta(days=1)).verifier == founded.checkpoints
        assert generation.keys() == (new,)
        assert [(each.key, each.use, each.first_size, each.last_size) for each in generation.periods()] == [
            (str(founded.checkpoints), "checkpoints", 3, 7),
            (str(founded.statements), "statements", 3, None),
            (str(new.verifier), "checkpoints", 7, None),
        ]
        with pytest.raises(NotaryUnusable, match="No rotation has begun"):
            generation.finish_rotation(NOW)

    def test_one_that_was_broken_off_has_not_begun(self, generation: Generation, founded: Founded) -> None:
        (generation.folder / RETIRING_KEY_FILE).hardlink_to(generation.folder / KEY_FILE)
        assert [key.verifier for key in signing(generation)] == [founded.checkpoints]
        generation.begin_rotation(new_key(generation.origin))
        assert len(generation.keys()) == 2


class TestTheEndOfAGeneration:
    def test_what_the_note_says(self, folder: NotaryFolder, generation: Generation, founded: Founded) -> None:
        checkpoint = signed(Checkpoint(generation.origin, 5, bytes(32)).text, *generation.keys())
        begun = succeed(folder, Succession("the disk was lost", "ada", 4, checkpoint), NOW)
        (text,) = folder.successions(begun.identity)
        found_note = parse_note(text.encode())
        assert signers_of(found_note, [founded.statements]) == [founded.statements]
        head, _, old = found_note.text.partition("\n\n")
        assert head.splitlines() == [
            "cairn succession/1",
            f"old {founded.identity.origin}",
            f"new {begun.identity.origin}",
            "at 2026-11-28T12:00:00Z",
            "by ada",
            "reason the disk was lost",
            "agree 4",
            "signed 7 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ]
        assert parse_note(old.encode()) == checkpoint
        assert generation.keys(), "nothing of the old one is deleted"
        assert folder.identity() == begun.identity

    def test_without_the_old_key_the_new_one_signs_alone(
        self, folder: NotaryFolder, generation: Generation, founded: Founded
    ) -> None:
        (generation.folder / "statements-key").unlink()
        begun = succeed(folder, Succession("the disk was lost", "ada", 0, None), NOW)
        found_note = parse_note(folder.successions(begun.identity)[0].encode())
        assert signers_of(found_note, [founded.statements, begun.statements]) == [begun.statements]

    def test_a_damaged_memory_keeps_nobody_from_beginning_anew(
        self, folder: NotaryFolder, generation: Generation
    ) -> None:
        for name in (SIGNED_FILE, STOPPED_FILE):
            (generation.folder / name).write_text("half of a")
        begun = succeed(folder, Succession("the disk was lost", "ada", 0, None), NOW)
        assert "\nsigned unknown\n" in folder.successions(begun.identity)[0]

    @pytest.mark.parametrize("reason", ["", " ", "two\nlines", "a\rb", "x" * 501])
    def test_a_reason_is_one_line(self, folder: NotaryFolder, generation: Generation, reason: str) -> None:
        with pytest.raises(NotaryUnusable, match="one line"):
            succeed(folder, Succession(reason, "ada", 0, None), NOW)

    def test_what_has_signed_nothing_has_nothing_to_succeed(self, folder: NotaryFolder, founded: Founded) -> None:
        with pytest.raises(NotaryUnusable, match="signed nothing"):
            succeed(folder, Succession("a whim", "ada", 0, None), NOW)


class TestThePolicy:
    def test_the_logs_own_keys_are_added_once(self) -> None:
        other = SignerKey("other.example/log", NOTE, bytes(32)).verifier
        written = f"# ours\nlog {KEY.verifier} https://clinic.example\nlog {other}\n{WITNESS.line}\nquorum northside"
        text = whole_policy(written, [KEY.verifier])
        assert text.splitlines() == [
            f"log {KEY.verifier}",
            "# ours",
            "",
            f"log {other}",
            WITNESS.line,
            "quorum northside",
        ]
        assert whole_policy("", [KEY.verifier]).splitlines() == [f"log {KEY.verifier}", "quorum none"]

    def test_a_line_that_cannot_be_read_is_named(self) -> None:
        with pytest.raises(NotaryUnusable, match="line 1 of the policy: the quorum names nobody"):
            whole_policy("quorum nobody\n", [KEY.verifier])
        with pytest.raises(NotaryUnusable, match="line 3 of the policy: the quorum names nobody"):
            whole_policy(f"# ours\nlog {KEY.verifier}\nquorum nobody\n", [KEY.verifier])

    @pytest.mark.parametrize(
        ("group", "words"), [("any one two", "any of 2"), ("all one two", "all of 2"), ("any one", "all of 1")]
    )
    def test_a_quorum_in_words(self, group: str, words: str) -> None:
        lines = "\n".join(WitnessInMemory(name).line for name in ("one", "two"))
        assert quorum_of(parse_policy(f"{lines}\ngroup enough {group}\nquorum enough\n")) == words
        assert quorum_of(parse_policy(f"{lines}\nquorum two\n")) == "two"
        assert quorum_of(parse_policy("quorum none\n")) == "none"
