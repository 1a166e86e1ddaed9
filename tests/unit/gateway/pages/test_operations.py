"""The Operations page: whether everything is shown, what to do where it is not, and the same figures as the command."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from services.administration.notary_act import Kind
from services.gateway.pages.language import Language, language_of, languages
from services.gateway.pages.operations.view import operations_view
from services.gateway.troubles import Trouble

ENGLISH = language_of(["en"], None)
AT = datetime(2026, 11, 28, 18, 29, tzinfo=UTC)
CARE = {"at": AT, "sound": True, "position": 478, "wrong": 0, "events": 478, "goals": 21, "by": "op", "digest": "00"}
LOG = {
    "stream": "CAIRN_LOG",
    "first": 1,
    "position": 478,
    "events": 478,
    "goals": 21,
    "bytes": 262_343,
    "most_bytes": None,
    "missing": 0,
    "recorded_at": AT,
    "verified": CARE,
    "backed_up": None,
    "care_known": True,
}
STATUS = {
    "name": "goal_state",
    "stream": "CAIRN_LOG",
    "version": 8,
    "state": "live",
    "position": 478,
    "head": 478,
    "lag": 0,
    "lag_seconds": 0.04,
    "rate": 355.4,
    "quarantined": 0,
    "building": None,
    "last_error": None,
    "last_error_at": None,
}
WITNESS = {"name": "alpha", "cosigned_size": 470, "cosigned_at": AT, "trouble": None}
PROOF = {
    "stream": "CAIRN_LOG",
    "state": "signing",
    "origin": "records.clinic.example/tlog/7f3k2m9q-1",
    "size": 477,
    "signed_at": AT,
    "published_size": 470,
    "witnessed_at": AT,
    "quorum": "any of 1",
    "witnesses": [WITNESS],
    "log_head": 478,
    "behind_seconds": 0.2,
    "stopped": None,
    "stopped_at": None,
    "waiting": None,
    "policy_trouble": None,
    "unpublished_since": None,
    "audited_at": AT,
    "audit_wrong": 0,
    "acts": [],
}
SERVICES = [
    {"name": "goals", "state": "recording", "stream": None, "version": "0.1.0", "since": AT},
    {"name": "intake", "state": "silent", "stream": None, "version": None, "since": None},
]


def report(**given: Any) -> Mapping[str, Any]:  # Any: JSON of mixed values
    return {
        "at": AT,
        "well": True,
        "troubles": [],
        "services": SERVICES,
        "log": [LOG],
        "proof": [PROOF],
        "projections": [STATUS],
        **given,
    }


def trouble(code: str, about: str = "goal_state", **given: Any) -> Mapping[str, Any]:  # Any: as above
    return {"code": code, "about": about, "events": 2, "seconds": 4.2, "percent": 61, "detail": None, **given}


def test_all_is_well_is_the_first_sentence() -> None:
    view = operations_view(ENGLISH, report())

    assert f"{view.first} {view.then}" == "All is well. Every page shows everything recorded so far."
    assert view.notices == []


def test_the_figures_are_those_of_the_command() -> None:
    behind = {"lag": 1204, "lag_seconds": 4.04, "state": "catching_up", "building": {"version": 9, "percent": 61}}
    (line,) = operations_view(ENGLISH, report(projections=[{**STATUS, **behind}])).projections or ()

    assert (line.title, line.name, line.position, line.head) == ("Current state of goals", "goal_state", 478, 478)
    assert (line.behind, line.seconds, line.rate, line.building) == ("1,204", "4", "355", "version 9, 61 of 100")
    assert (line.chip.text, line.chip.look) == ("catching up", "hollow")


def test_of_two_logs_none_is_so_and_so_far_behind_the_other() -> None:
    replaced = {**STATUS, "state": "log_replaced", "lag": None, "lag_seconds": None}
    (line,) = operations_view(ENGLISH, report(projections=[replaced])).projections or ()

    assert (line.behind, line.seconds, line.chip.look) == ("?", "?", "wait")


def test_the_log_says_when_it_was_read_through_and_how_to_back_it_up() -> None:
    (log,) = operations_view(ENGLISH, report()).logs

    facts = {fact.name: (fact.text, fact.command) for fact in log.facts}
    assert facts["Last read through"] == ("28 November 2026, 18:29 UTC, up to event 478, nothing is wrong", "")
    assert facts["Last backup"] == ("none noted yet", "cairn log backup FOLDER")
    assert facts["Holds"] == ("478 events, 256.2 KiB", "")
    assert "First event" not in facts


def test_what_the_log_does_not_say_is_not_made_up() -> None:
    nothing = dict.fromkeys(("first", "position", "events", "goals", "bytes", "missing", "recorded_at", "verified"))
    (log,) = operations_view(ENGLISH, report(log=[{**LOG, **nothing, "care_known": False}])).logs

    assert [fact.text for fact in log.facts] == [
        "not known: the log does not answer",
        "not known at the moment",
        "not known at the moment",
    ]


def facts_of_proof(**given: Any) -> dict[str, tuple[str, str, str]]:  # Any: JSON of mixed values
    (proof,) = operations_view(ENGLISH, report(proof=[{**PROOF, **given}])).proofs
    return {fact.name: (fact.text, fact.command, fact.detail) for fact in proof.facts}


def test_the_proof_says_what_is_signed_and_by_whom_it_is_cosigned() -> None:
    facts = facts_of_proof()

    assert facts["Notary"] == ("signs", "", "")
    assert facts["Signed"][0] == "477 of 478 events, on 28 November 2026, 18:29 UTC"
    assert facts["Cosigned by enough"][0] == "470 events, on 28 November 2026, 18:29 UTC; the policy asks for any of 1"
    assert facts["Witness alpha"][0] == "470 events, on 28 November 2026, 18:29 UTC"
    assert facts["Last compared with the log"][0] == "28 November 2026, 18:29 UTC, nothing differs"


def test_without_a_notary_it_says_how_there_would_be_one() -> None:
    nothing = dict.fromkeys(PROOF, None)

    none = facts_of_proof(**{**nothing, "state": "none", "witnesses": []})
    silent = facts_of_proof(**{**nothing, "state": "silent", "witnesses": []})

    waiting = facts_of_proof(waiting="Not enough witnesses have said yet what they last cosigned.")

    assert waiting["Notary"] == (
        "waits, and signs nothing for now",
        "cairn notary status",
        "Not enough witnesses have said yet what they last cosigned.",
    )
    assert none == {"Notary": ("none: nobody outside can check this log", "cairn notary init", "")}
    assert silent == {"Notary": ("does not answer", "cairn serve notary", "")}


def test_what_is_wrong_with_the_proof_stands_where_it_is_wrong() -> None:
    facts = facts_of_proof(
        stopped="It says why.",
        stopped_at=AT,
        witnesses=[{**WITNESS, "cosigned_size": None, "trouble": "It does not know this log."}],
        audit_wrong=2,
        witnessed_at=None,
    )

    assert facts["Notary"] == (
        "STOPPED on 28 November 2026, 18:29 UTC, and signs nothing any more",
        "cairn notary status",
        "It says why.",
    )
    assert facts["Witness alpha"] == ("has cosigned nothing yet", "", "It does not know this log.")
    assert facts["Last compared with the log"][0] == "28 November 2026, 18:29 UTC, 2 events differ"
    assert facts["Cosigned by enough"][0] == "nothing yet; the policy asks for any of 1"


def acts_of_proof(language: Language = ENGLISH, **given: Any) -> list[tuple[str, str, str]]:  # Any: JSON
    (proof,) = operations_view(language, report(proof=[{**PROOF, **given}])).proofs
    return [(fact.name, fact.text, fact.detail) for fact in proof.acts]


def act(kind: str, **given: Any) -> Mapping[str, Any]:  # Any: JSON of mixed values
    return {"kind": kind, "at": AT, "by": "", "reason": "", **given}


def test_what_was_done_with_the_notary_is_told_with_when_by_whom_and_why() -> None:
    when, why = "28 November 2026, 18:29 UTC", "The copy of Monday was put back."
    acts = [act("resumed", by="Ada Example", reason=why), act("stopped", reason="The log ends early."), act("founded")]

    assert acts_of_proof(acts=acts) == [
        (when, "signing went on, by Ada Example", why),
        (when, "signing stopped", "The log ends early."),
        (when, "the notary was made", ""),
    ]


def test_acts_that_cannot_be_told_are_not_none() -> None:
    assert acts_of_proof(acts=None) == [("Last act", "not known at the moment", "")]
    assert acts_of_proof(acts=None, state="silent") == []
    assert acts_of_proof(acts=[]) == []


@pytest.mark.parametrize("code", languages())
def test_no_two_acts_are_told_alike(code: str) -> None:
    told = acts_of_proof(language_of([code], None), acts=[act(kind) for kind in get_args(Kind)])

    assert len({said for _, said, _ in told}) == len(get_args(Kind))


def test_services_say_since_when_and_one_that_does_not_answer_stands_out() -> None:
    goals, intake = operations_view(ENGLISH, report()).services

    assert (goals.title, goals.chip.look, goals.version, goals.since) == ("Goals", "", "0.1.0", AT)
    assert (intake.chip.text, intake.chip.look, intake.since) == ("does not answer", "wait", None)


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("kind", get_args(Trouble))
def test_each_trouble_says_what_it_is_and_what_to_do(code: str, kind: str) -> None:
    about = {"service": "reminders", "projection": "goal_state"}.get(kind.partition(".")[0], "CAIRN_LOG")
    (notice,) = operations_view(language_of([code], None), report(well=False, troubles=[trouble(kind, about)])).notices

    assert notice.chip.text
    assert notice.what
    assert notice.to_do
    assert "%(" not in notice.what + notice.to_do


def test_no_two_troubles_are_told_alike() -> None:
    told = [trouble(kind, "goal_state") for kind in get_args(Trouble)]

    whats = [notice.what for notice in operations_view(ENGLISH, report(well=False, troubles=told)).notices]

    assert len(set(whats)) == len(whats) - 1  # the same is being built, before and beside what serves


def test_what_is_behind_or_held_back_is_counted() -> None:
    told = [trouble("projection.behind", events=1204), trouble("projection.quarantined", events=1)]

    behind, held = operations_view(ENGLISH, report(well=False, troubles=told)).notices

    assert behind.what == "Current state of goals: 1,204 events behind, about 4 seconds."
    assert held.what == "Current state of goals: one event waits that could not be taken in."
    assert held.command == "cairn projections quarantine retry goal_state"


@pytest.mark.parametrize(
    ("number", "seconds", "said"),
    [
        (1, 936.0, "One event is signed and not published, for about 16 minutes: too few witnesses have cosigned."),
        (495, 45.0, "495 events are signed and not published, the first for about 45 seconds: too few witnesses"),
        (2, 7_300.0, "2 events are signed and not published, the first for about 2 hours: too few"),
    ],
)
def test_what_is_signed_and_not_cosigned_is_not_said_to_wait_for_a_signature(
    number: int, seconds: float, said: str
) -> None:
    told = [trouble("proof.unpublished", events=number, seconds=seconds)]

    (notice,) = operations_view(ENGLISH, report(well=False, troubles=told)).notices

    assert notice.what.startswith(said)
    assert notice.command == "cairn notary status"


def test_one_event_behind_is_told_as_one() -> None:
    (notice,) = operations_view(ENGLISH, report(well=False, troubles=[trouble("projection.behind", events=1)])).notices

    assert notice.what == "Current state of goals: one event behind, about 4 seconds."


def test_a_projection_of_another_package_is_called_by_its_own_name() -> None:
    (line,) = operations_view(ENGLISH, report(projections=[{**STATUS, "name": "bed_days"}])).projections or ()

    assert line.title == "bed_days"
