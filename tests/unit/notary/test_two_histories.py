"""What an operator, or whoever owns the machine, makes of a log: whoever kept an older checkpoint finds it out."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from events.raw_message import RawMessage
from services.notary.errors import HistoryNotProven
from services.notary.verify_history import main
from tests.histories import POLICY, SCOPE, Clinic, message, of, proof_lines

Said = pytest.CaptureFixture[str]
MESSAGES = [message(position) for position in range(1, 301)]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return Clinic(tmp_path_factory.mktemp("clinic"), MESSAGES)


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy").write_text(POLICY)
    return str(tmp_path / "policy")


def kept(clinic: Clinic, size: int, tmp_path: Path) -> str:
    (tmp_path / "kept").write_text(str(clinic.note(size)))
    return str(tmp_path / "kept")


def proof(clinic: Clinic, old: int, new: int, tmp_path: Path) -> str:
    (tmp_path / "proof").write_text(proof_lines(clinic, old, new))
    return str(tmp_path / "proof")


def reworded(messages: Sequence[RawMessage], position: int) -> list[RawMessage]:
    changed = list(messages)
    before = changed[position - 1]
    changed[position - 1] = before._replace(body=before.body.replace(b"Sunday", b"Monday"))
    return changed


def without_a_patient(messages: Sequence[RawMessage]) -> list[RawMessage]:
    return [each._replace(position=place) for place, each in enumerate(of(SCOPE, messages), 1)]


async def test_a_log_whose_tail_was_dropped(clinic: Clinic, tmp_path: Path, policy: str, capsys: Said) -> None:
    """Of the checkpoint that was kept there is no proof then; where there is one, the export is just an older state."""
    shorter = Clinic(tmp_path, MESSAGES[:280])
    export = await shorter.export(tmp_path / "export")
    given = [str(export), "--policy", policy, "--quiet", "--also", kept(clinic, 300, tmp_path)]

    assert main(given) == 1
    assert "the smaller one has 280 events, the larger one 300" in capsys.readouterr().out
    assert main([*given, "--consistency", proof(clinic, 280, 300, tmp_path)]) == 0
    assert "LATER: kept has 300 events" in capsys.readouterr().out


@pytest.mark.parametrize(
    "made",
    [
        [*MESSAGES[:280], *reworded(MESSAGES, 281)[280:], message(301)],
        reworded([*MESSAGES, message(301)], 11),
        [*without_a_patient([*MESSAGES, *(message(each) for each in range(301, 701))])],
    ],
    ids=["a tail that was replaced", "an event that was reworded", "a patient who was removed, and all renumbered"],
)
async def test_a_log_that_was_made_anew_and_signed_with_the_same_key(
    clinic: Clinic, tmp_path: Path, policy: str, capsys: Said, made: list[RawMessage]
) -> None:
    """In itself it is perfect: only what somebody else was shown before speaks against it."""
    another = Clinic(tmp_path, made)
    export = await another.export(tmp_path / "export")
    given = [str(export), "--policy", policy, "--quiet"]

    assert main(given) == 0
    capsys.readouterr()
    best = proof(another, 300, len(made), tmp_path)
    assert main([*given, "--also", kept(clinic, 300, tmp_path), "--consistency", best]) == 1
    assert "kept is not shown to be of the same tree" in capsys.readouterr().out


async def test_two_readers_who_were_shown_two_histories(tmp_path: Path, policy: str, capsys: Said) -> None:
    shown = [Clinic(tmp_path / "one", MESSAGES), Clinic(tmp_path / "other", reworded(MESSAGES, 11))]
    exports = [str(await each.export(tmp_path / f"export-{number}")) for number, each in enumerate(shown)]

    assert [main([each, "--policy", policy, "--quiet"]) for each in exports] == [0, 0]
    for mine, theirs in (exports, reversed(exports)):
        assert main([mine, "--policy", policy, "--quiet", "--also", f"{theirs}/checkpoint"]) == 1
        assert "two histories: checkpoint and the export have 300 events and different roots" in capsys.readouterr().out


@pytest.mark.parametrize("count", [300, 2_500], ids=["few", "many"])
@pytest.mark.parametrize("position", [11, 299])
async def test_an_event_that_was_changed_behind_the_notary_is_not_exported(
    tmp_path: Path, count: int, position: int
) -> None:
    messages = [message(each) for each in range(1, count + 1)]
    clinic = Clinic(tmp_path, messages)

    for log in (
        reworded(messages, position),
        [each._replace(recorded_ns=each.recorded_ns + (each.position == position)) for each in messages],
    ):
        with pytest.raises(HistoryNotProven, match=f"The event at position {position} is not the one that the notary"):
            await clinic.export(tmp_path / "export", log=log)
        assert not (tmp_path / "export").exists()


async def test_an_event_that_is_gone_from_the_log_is_missed_by_the_notary_who_counts(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path, MESSAGES)

    with pytest.raises(HistoryNotProven, match="The notary states something else"):
        await clinic.export(tmp_path / "export", log=MESSAGES[:-2])


async def test_hashes_that_are_not_the_trees_are_not_exported(tmp_path: Path) -> None:
    messages = [message(each) for each in range(1, 2_501)]
    clinic = Clinic(tmp_path, messages)
    honest = clinic.nodes

    async def lying(nodes: tuple[tuple[int, int], ...]) -> list[bytes]:
        return [sha256(each).digest() for each in await honest(nodes)]

    clinic.nodes = lying  # type: ignore[method-assign]

    with pytest.raises(HistoryNotProven, match="hashes that are not those of the tree"):
        await clinic.export(tmp_path / "export")
