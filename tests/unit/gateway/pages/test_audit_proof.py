"""What the Audit pages say of the proof: what is known, and no more."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.time_zones import time_zone
from services.administration.care import Care, LastCare
from services.gateway.notaries import NO_NOTARY, NotaryState
from services.gateway.pages.audit.proof import ProofView, proof_of_event, proof_of_log
from services.gateway.pages.language import language_of
from services.notary.requests import NotaryStatus, WitnessStatus

ENGLISH = language_of(["en"], None)
DUBLIN = time_zone("Europe/Dublin")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
STREAM = "CAIRN_LOG"
REASON = "the tree has 5 leaves, and one with 9 was signed before"
STOPPED = "Nothing is signed any more: what would be signed does not go on from what was signed before."


def notary(published: int | None = 300, *cosigned: int | None, **given: Any) -> NotaryState:  # Any: fields of a status
    status = NotaryStatus(
        origin="records.clinic.example/tlog/7f3k2m9q-1",
        stream=STREAM,
        published_size=published,
        witnesses=tuple(WitnessStatus(name=f"w{size}", cosigned_size=size) for size in cosigned),
        **given,
    )
    return NotaryState(status, is_missed=False)


def said(
    state: NotaryState, care: LastCare | None = None, position: int = 273, **more: Any
) -> ProofView:  # Any: as given
    return proof_of_event(ENGLISH, "northside", position, state, care, STREAM, DUBLIN, **more)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (NO_NOTARY, "Nobody signs this log, so nobody outside can check it."),
        (NotaryState(None, is_missed=True), "not known at the moment: the notary does not answer."),
        (notary(272), "This event is not signed yet."),
        (notary(None), "This event is not signed yet."),
        (notary(272, waiting="For a witness."), "not signed yet, because the notary waits for something."),
        (notary(273), "in the checkpoint of the first 273 events. No witness outside has seen it yet."),
        (notary(300, 299), "The witness outside has not cosigned it yet."),
        (notary(300, 299, None), "None of 2 witnesses outside has cosigned it yet."),
        (
            notary(300, 300, None, 299, 301, witnessed_at=NOW),
            "Witnesses outside that have cosigned it: 2 of 4, on 28 November 2026 at 12:00.",
        ),
        (notary(300, stopped=REASON), f"{STOPPED} Whoever runs Cairn has to decide. This event was signed before."),
        (notary(272, stopped=REASON), "This event is not signed."),
    ],
)
def test_of_an_event_it_is_said_how_far_it_is_proven(state: NotaryState, says: str) -> None:
    assert says in " ".join(said(state).sentences)


def test_there_is_a_file_once_it_is_signed_and_the_keys_of_the_log_beside() -> None:
    signed, not_yet, nobody = said(notary(273)), said(notary(272)), said(NO_NOTARY)

    assert signed.file_address == "/v1/orgs/northside/events/273/proof"
    assert signed.keys_address == not_yet.keys_address == "/tlog/7f3k2m9q-1/keys"
    assert (not_yet.file_address, nobody.file_address, nobody.keys_address) == ("", "", "")


def test_whoever_may_read_of_one_patient_alone_is_led_to_the_file_as_theirs() -> None:
    assert said(notary(273), of_patient="p1").file_address == "/v1/orgs/northside/events/273/proof?patient=p1"


def test_why_signing_has_stopped_stands_there_as_the_notary_says_it() -> None:
    assert (said(notary(stopped=REASON)).reason, said(notary()).reason) == (REASON, "")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (NO_NOTARY, "Nobody signs this log"),
        (notary(None), "Nothing of it is signed yet."),
        (notary(1300), "Up to event 1,300 all of it is signed. No witness outside has seen it yet."),
        (notary(stopped=REASON), STOPPED),
    ],
)
def test_of_the_log_it_is_said_how_far_it_is_proven(state: NotaryState, says: str) -> None:
    assert says in " ".join(proof_of_log(ENGLISH, state, DUBLIN).sentences)


def care(position: int, *, wrong: int = 0) -> LastCare:
    found = Care(
        kind="verified",
        stream=STREAM,
        by="op",
        at=NOW,
        sound=not wrong,
        wrong=wrong,
        events=5,
        goals=2,
        position=position,
        digest="00",
    )
    return {(STREAM, "verified"): found}


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (None, "not known at the moment"),
        ({}, "No reading through of the log is noted yet"),
        (care(272), "before this event was recorded"),
        (care(273), "with this event in it. Nothing was missing"),
        (care(300, wrong=1), "not everything was right"),
    ],
)
def test_what_reading_through_the_log_found_stands_beside_it(known: LastCare | None, says: str) -> None:
    assert says in " ".join(said(NO_NOTARY, known).sentences)
