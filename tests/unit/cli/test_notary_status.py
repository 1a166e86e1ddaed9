"""`cairn notary status` says what is wrong in words, and in its exit code for whoever only looks at that."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from services.administration.notary_act import NotaryAct
from services.cli import notary_status
from services.notary.asking import AskedNotary, NotaryRefused
from services.notary.requests import ActsAnswer, NotaryStatus, WitnessStatus

STATUS = NotaryStatus(
    origin="records.clinic.example/tlog/7f3k2m9q-1", stream="CAIRN_LOG", size=7, published_size=7, log_head=7
)


MADE = NotaryAct(kind="founded", origin=STATUS.origin, at=datetime(2026, 11, 28, 9, 30, tzinfo=UTC), by="ada")
STOPPED = NotaryAct(kind="stopped", origin=STATUS.origin, at=MADE.at, reason="the log ends at position 5")


ACTS = ActsAnswer(acts=(MADE, STOPPED), recorded=1)


def told(monkeypatch: pytest.MonkeyPatch, *arguments: str, acts: ActsAnswer | None = ACTS, **more: object) -> Result:
    async def status(*_: object, **__: object) -> list[tuple[NotaryStatus, ActsAnswer | None]]:
        return [(STATUS.model_copy(update=more), acts)]

    monkeypatch.setattr(notary_status, "_status", status)
    return CliRunner().invoke(notary_status.status, arguments)


def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch).exit_code == 0


def test_what_was_done_is_told_with_by_whom_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    made, stopped = told(monkeypatch).output.splitlines()[-2:]
    assert made == "  2026-11-28 09:30:00 UTC: made by ada"
    assert stopped.startswith("  2026-11-28 09:30:00 UTC: STOPPED signing: the log ends at position 5 (noted beside")


@pytest.mark.parametrize(("minutes", "code"), [(1, 0), (6, 1)])
def test_what_cannot_be_published_for_long_is_an_error_and_says_why(
    monkeypatch: pytest.MonkeyPatch, minutes: int, code: int
) -> None:
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    witness = WitnessStatus(name="north", trouble="It does not trust the key that signed: was the key rotated?")
    done = told(monkeypatch, unpublished_since=since, witnesses=(witness,))

    assert done.exit_code == code
    assert "NOT PUBLISHED since" in done.output
    assert "It does not trust the key that signed" in done.output
    assert "At once: cairn notary status --ask-witnesses" in done.output


def test_a_policy_that_is_not_heeded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    done = told(monkeypatch, policy_trouble="The policy of the notary cannot be used: it names no quorum.")

    assert done.exit_code == 1
    assert "POLICY not heeded as it is written" in done.output
    assert "it names no quorum" in done.output


async def test_an_earlier_version_does_not_understand_what_it_is_asked() -> None:
    class Earlier(AskedNotary):
        def __init__(self, code: str):
            self.code = code

        async def acts(self) -> ActsAnswer:
            raise NotaryRefused(self.code, "The body is no request.")

    assert await notary_status.acts_of(Earlier("request.invalid")) is None
    with pytest.raises(NotaryRefused):
        await notary_status.acts_of(Earlier("internal.error"))


def test_what_an_earlier_version_does_not_tell_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    done = told(monkeypatch, acts=None)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1].startswith("  It is an earlier version, which does not tell what was done")
    assert "recorded" not in told(monkeypatch, "--json", acts=None).output
