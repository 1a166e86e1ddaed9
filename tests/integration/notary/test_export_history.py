"""`cairn export history` beside a real log and its notary: what a court gets, and what it is not given."""

import base64
import json
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events.event import Event
from events.identity import GoalId
from events.transparency.checkpoints import checkpoint_of
from services.access import service as access
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.notary import service
from services.notary.answering import Answering, TellActs
from services.notary.asking import NotaryRefused
from services.notary.history_export import CHECKER
from services.notary.notary import Notary
from services.notary.verify_history import main
from tests.access import access_records
from tests.builders import active_goal, entry, event
from tests.conftest import running, submitting_over
from tests.consents import consent
from tests.forked import Ran, cairn
from tests.integration.notary.house import House
from tests.waiting import eventually
from tests.witness_in_memory import WitnessInMemory, made_of

ORG = "northside"
WALK, SING = GoalId(ORG, "p1", "walk"), GoalId(ORG, "pt-sing-0417", "sing")
WORDS = "A walk <b>to</b> the lake & back, without"
COURT = (
    *("--to", "court-7", "--to-name", "The court of Northside", "--purpose", "HLEGAL", "--ground", "court-order"),
    *("--order", "7 K 12/26", "--subpoena", "of 1 November", "--reason", "as ordered", "--by", "ana"),
)


@pytest.fixture
async def house(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[House]:
    """A log with two patients, its goals service and its record of who read; a witness is asked."""
    async with House.opened(own_server, tmp_path) as opened:
        opened.found()
        await declare_access(opened.nc)
        async with (
            running(lambda ready: goals.serve(opened.settings, ready)),
            running(lambda ready: access.serve(opened.settings, ready)),
        ):
            for each in (
                *active_goal(WALK),
                *active_goal(SING),
                event(WALK, entry("e1", note=WORDS)),
                event(WALK.plan, consent(), role="patient"),
                event(SING, entry("e1", note="Sang alone")),
            ):
                await record(opened, each)
            yield opened


async def record(house: House, event: Event) -> None:
    outcome = await submitting_over(house.nc)(event)
    assert outcome.status == "recorded", outcome


@pytest.fixture
def witness(house: House) -> WitnessInMemory:
    found = WitnessInMemory()
    found.at = int(time.time()) + 1
    (house.folder.folder / "policy").write_text(f"{found.line}\nquorum {found.name}\n")
    return found


async def export(house: House, whose: str, target: Path, *more: str) -> Ran:
    to = () if "--to" in more else ("--to", "program")
    where = ("--nats-url", house.server.url, "--output", str(target))
    return await cairn("export", "history", whose, *where, *to, *more, CAIRN_DATA_DIR=str(house.settings.data_dir))


async def policy_of(house: House, tmp_path: Path) -> str:
    file = tmp_path / "policy-from-elsewhere"
    file.write_text((await house.asked.keys()).policy)
    return str(file)


def events_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def files_of(folder: Path, pattern: str = "*") -> list[Path]:
    return [each for each in folder.rglob(pattern) if each.is_file()]


Said = pytest.CaptureFixture[str]


async def test_a_patients_whole_history_is_vouched_for_and_nobody_elses_is_in_it(
    house: House, witness: WitnessInMemory, tmp_path: Path, capsys: Said
) -> None:
    target = tmp_path / "export"
    async with house.notary(made_of(witness)):
        await house.asked.sign()
        await record(house, event(WALK, entry("e2", note="Once more")))
        await house.asked.sign()
        await record(house, event(WALK, entry("e3", note="And again")))
        ran = await export(house, f"{ORG}.p1", target)
        assert ran.code == 0, ran.err
        policy = await policy_of(house, tmp_path)

        assert main([str(target), "--policy", policy]) == 0
        head = await house.log.head()
        stored = [each for position in range(1, head + 1) if (each := await house.log.raw_at(position)) is not None]

    said = capsys.readouterr().out
    assert "VOUCHED FOR by 1 of 1" in said
    assert WORDS in said
    assert "2 earlier checkpoints are shown to be of the same tree" in said
    again = next(told for told in said.split("\n\n") if "And again" in told)
    assert "not yet there at" in again
    assert "LATE" not in said
    mine = [each for each in stored if each.subject.startswith(f"cairn.log.{ORG}.p1.")]
    assert [
        (each["position"], each["recorded_ns"], each["subject"], each["headers"], each["body"])
        for each in events_of(target)
    ] == [
        (
            each.position,
            each.recorded_ns,
            each.subject,
            base64.b64encode(each.headers).decode(),
            base64.b64encode(each.body).decode(),
        )
        for each in mine
    ]
    timeline = (target / "timeline.html").read_text()
    assert "A walk &lt;b&gt;to&lt;/b&gt; the lake &amp; back" in timeline
    assert (target / "timeline.pdf").read_bytes().startswith(b"%PDF")
    written = files_of(target)
    told = [each.read_bytes() for each in written]
    told += [base64.b64decode(str(each[part])) for each in events_of(target) for part in ("headers", "body")]
    assert not [each for each in told if SING.patient.encode() in each or b"Sang alone" in each]
    assert {stat.S_IMODE(each.stat().st_mode) for each in written} == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (target, target / "proofs")} == {0o700}
    records = await access_records(house.nc, ORG)
    assert [(each.operation, each.patients) for each in records] == [("export_history", ("p1",))]


async def test_a_disclosure_to_a_court_is_recorded_and_part_of_the_history(
    house: House, witness: WitnessInMemory, tmp_path: Path, capsys: Said
) -> None:
    target = tmp_path / "export"
    async with house.notary(made_of(witness)):
        ran = await export(house, f"{ORG}.p1", target, *COURT)
        assert ran.code == 0, ran.err
        assert "Of 2 of them only the proof is there" in ran.out
        whole = await export(house, f"{ORG}.p1", tmp_path / "whole", *COURT, "--unredacted")
        assert whole.code == 0, whole.err
        policy = await policy_of(house, tmp_path)

    notice = (target / "NOTICE.txt").read_text()
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in notice
    assert "the court order 7 K 12/26" in notice
    assert main([str(target), "--policy", policy]) == 0
    said = capsys.readouterr().out
    assert "2 of them are withheld: they are" in said
    assert "consent_given" not in said
    assert not [each for each in files_of(target) if b"consent_given" in each.read_bytes()]
    assert main([str(tmp_path / "whole"), "--policy", policy]) == 0
    said = capsys.readouterr().out
    assert "cairn.plan.consent_given.v1" in said
    assert said.count("cairn.plan.disclosed.v1") == 2


async def test_without_a_consent_or_a_ground_nothing_is_written_and_nothing_recorded(
    house: House, tmp_path: Path
) -> None:
    async with house.notary():
        before = await house.log.head()
        ran = await export(
            house, f"{ORG}.p1", tmp_path / "export", "--to", "x", "--to-name", "Somebody", "--purpose", "HLEGAL"
        )

    assert ran.code == 1
    assert "access.consent_missing: p1" in ran.err
    assert await house.log.head() == before
    assert not (tmp_path / "export").exists()
    assert not files_of(tmp_path, "*export*")


async def test_a_goal_and_an_organisation_are_scopes_too(house: House, tmp_path: Path, capsys: Said) -> None:
    async with house.notary():
        for scope, subject in ((ORG, f"cairn.log.{ORG}.*.*"), (str(WALK), f"cairn.log.{WALK}")):
            ran = await export(house, scope, tmp_path / scope, "--json")
            assert ran.code == 0, ran.err
            count = sum([len(page) async for page in house.log.read_raw(subject)])
            assert (ran.json["events"], ran.json["not_proven"], ran.json["without_pdf"]) == (count, 0, None)
            assert main([str(tmp_path / scope), "--quiet"]) == 2


async def test_what_is_there_already_is_kept(house: House, tmp_path: Path) -> None:
    target = tmp_path / "export"
    target.mkdir()
    (target / "mine").write_text("kept")
    async with house.notary():
        ran = await export(house, str(WALK), target)
        assert ran.code == 1
        assert "is there already, and is no empty folder" in ran.err
        (target / "mine").unlink()
        assert (await export(house, str(WALK), target)).code == 0


async def test_without_a_notary_nothing_is_written(house: House, tmp_path: Path) -> None:
    ran = await export(house, str(WALK), tmp_path / "export")

    assert ran.code == 1
    assert "No notary answers for the stream CAIRN_LOG" in ran.err
    assert not (tmp_path / "export").exists()


async def test_what_no_witness_has_seen_yet_ends_it_or_is_left_out(
    house: House, witness: WitnessInMemory, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Answering] = []

    def noted(notary: Notary, tell: TellActs) -> Answering:
        made.append(Answering(notary, tell))
        return made[-1]

    monkeypatch.setattr(service, "Answering", noted)
    async with house.notary(made_of(witness)):
        size = checkpoint_of(await house.asked.sign()).size
        witness.silent = True
        made[0]._seconds = 1.0  # so long a signature is waited for, which will not come
        await record(house, event(WALK, entry("e2", note="Not seen by anybody")))

        ran = await export(house, str(WALK), tmp_path / "export")
        assert ran.code == 1
        assert (
            f"No published checkpoint has the last 1 of the events of {WALK} yet, from position {size + 1} on"
            in ran.err
        )
        assert not (tmp_path / "export").exists()

        ran = await export(house, str(WALK), tmp_path / "export", "--proven-only")
        assert ran.code == 0, ran.err
        assert "Left out: 1 that no checkpoint has yet." in ran.err
        policy = await policy_of(house, tmp_path)

    assert main([str(tmp_path / "export"), "--policy", policy]) == 0
    assert "Not seen by anybody" not in capsys.readouterr().out


async def test_where_witnesses_have_to_be_waited_for_it_is_said_and_what_is_published_is_handed_out(
    house: House, witness: WitnessInMemory, tmp_path: Path
) -> None:
    async with house.notary(made_of(witness)):
        await house.asked.sign()
    await record(house, event(WALK, entry("e2", note="Not seen by anybody")))
    witness.silent = True
    async with house.notary(made_of(witness)):

        async def waits() -> bool:
            return (await house.asked.status()).waiting is not None

        await eventually(waits)
        with pytest.raises(NotaryRefused, match="Not enough witnesses have said yet") as refused:
            await house.asked.sign()
        assert refused.value.code == "proof.not_yet"

        ran = await export(house, str(WALK), tmp_path / "export")
        assert ran.code == 1
        assert "proof.not_yet: No published checkpoint has the last" in ran.err
        assert "what they last cosigned, so nothing is signed. northside: It does not answer. So" in ran.err
        ran = await export(house, str(WALK), tmp_path / "export", "--proven-only")
        assert ran.code == 0, ran.err
        assert "Left out: 1 that no checkpoint has yet." in ran.err
        policy = await policy_of(house, tmp_path)
    assert main([str(tmp_path / "export"), "--policy", policy, "--quiet"]) == 0


async def test_the_checker_can_be_had_alone(tmp_path: Path) -> None:
    ran = await cairn("export", "checker", "--output", str(tmp_path / "verify.py"))
    printed = await cairn("export", "checker")

    assert (ran.code, printed.code) == (0, 0)
    assert (tmp_path / "verify.py").read_bytes() == CHECKER.read_bytes()
    assert printed.out.encode() == CHECKER.read_bytes()
