"""The timeline of an exported history: every event in words, escaped, one in memory at a time."""

import base64
import json

import pytest

from events.catalog import TYPES
from services.gateway.pages.event_names import field_name
from services.gateway.pages.history.timeline import timeline
from services.gateway.pages.language import language_of

NANOSECONDS = 1_796_000_000_123_456_789
HOSTILE = '<script>alert("p1")</script>'


def line(headers: str = "", body: bytes = b"{}", **more: object) -> bytes:
    block = f"NATS/1.0\r\n{headers}\r\n".encode() if headers else b""
    said = {
        "position": 7,
        "recorded_ns": NANOSECONDS,
        "subject": "cairn.log.o.p.g",
        "headers": base64.b64encode(block).decode(),
        "body": base64.b64encode(body).decode(),
    }
    return json.dumps({**said, **more}).encode() + b"\n"


def told(*lines: bytes, language: str = "en") -> str:
    return "".join(timeline(language_of([language], None), lines, "o.p", "log.example", 9, len(lines), "Europe/Vienna"))


ENTRY = (
    "ce-type: cairn.goal.progress_logged.v1\r\nce-actor: p1%20x\r\nce-actorrole: patient\r\nce-version: 3\r\n"
    "ce-time: 2026-11-28T23:30:00+00:00\r\nce-submittedby: desk\r\n"
)


def test_an_event_is_told_by_the_clock_of_the_plan() -> None:
    page = told(line(ENTRY, json.dumps({"note": "To the lake and back"}).encode()))

    assert "diary entry" in page
    assert "29 November 2026, 00:30" in page
    assert "Days and times are those of Europe/Vienna." in page
    assert "<bdi>p1 x</bdi>, patient" in page
    assert "To the lake and back" in page
    assert "event 7, version 3 of o.p.g" in page


def test_nothing_that_was_said_becomes_markup() -> None:
    headers = f"{ENTRY}ce-enteredby: {HOSTILE}\r\n"
    page = told(line(headers, json.dumps({"note": HOSTILE, HOSTILE: "x y"}).encode()), line(body=HOSTILE.encode()))

    assert "<script>" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_what_is_withheld_is_said_to_be() -> None:
    page = told(json.dumps({"position": 7, "recorded_ns": 0, "subject": "cairn.log.o.p.plan", "withheld": ""}).encode())

    assert "Withheld" in page
    assert "What it says is not shown" in page


@pytest.mark.parametrize("body", [b"\xff\x00", b"[1]", b"", b'{"deep": ' + b"[" * 300 + b"]" * 300 + b"}"])
@pytest.mark.parametrize("headers", ["", "ce-time: yesterday\r\nce-type: x\r\n", "ce-time: 2026-01-01T00:00:00\r\n"])
def test_a_message_that_is_no_event_is_told_as_it_stands(headers: str, body: bytes) -> None:
    assert "event 7, of o.p.g" in told(line(headers, body))


def test_it_is_told_in_the_language_that_is_asked_for() -> None:
    page = told(line(ENTRY), language="es")

    assert '<html lang="es' in page
    assert "Historia de o.p" in page


def test_one_event_is_in_memory_at_a_time() -> None:
    taken = 0

    def lines() -> object:
        nonlocal taken
        for _ in range(1_000):
            taken += 1
            yield line(ENTRY)

    pieces = timeline(language_of([], None), lines(), "o", "log.example", 1_000, 1_000, "UTC")  # type: ignore[arg-type]
    for piece in pieces:
        if "diary entry" in piece:
            break

    assert taken < 10


def of(type_: str, data: object, role: str = "patient") -> bytes:
    return line(f"ce-type: cairn.{type_}.v1\r\nce-actor: a\r\nce-actorrole: {role}\r\n", json.dumps(data).encode())


OPENED = {
    "reasons": [{"text": "I was hiding bottles.", "whose": "own"}],
    "clinician": "cl-1",
    "program": {"setting": "day", "dual_diagnosis": True},
    "accommodations": [],
}
RANKED = {
    "priorities": [
        {"id": "work", "text": "Keeping my job", "rank": 2},
        {"id": "kids", "text": "Being somebody for my kids", "rank": 1},
    ]
}
PROPOSED = {
    "statement": "I want to be home in the evenings",
    "kind": "process",
    "horizon": "short_term",
    "smart": {"measure": {"what": "evenings", "unit": "evenings", "target": 3, "per": "week", "direction": "at_least"}},
    "gas": {"levels": {"0": "Three evenings"}, "baseline": -2},
}


def test_an_event_is_told_in_words_and_not_as_it_is_stored() -> None:
    page = told(
        of("plan.opened", OPENED),
        of("plan.priorities_ranked", RANKED),
        of("goal.proposed", PROPOSED),
        of("plan.measured", {"instrument": "phq9", "score": 9, "on": "2026-11-28"}),
        of("goal.revised", {"changes": {"wording": "Home at six"}, "reason": "too_hard"}),
        of("goal.change_answered", {"answer": "adapted", "text": "Let us try"}),
    )

    for said in (
        "I was hiding bottles. (their own reason)",
        "Being somebody for my kids",
        "at least 3 evenings a week",
        "two steps to go",
        "PHQ-9",
        "Home at six",
        "because it asked a lot",
        "yes, in another way",
        "day treatment",
    ):
        assert said in page
    assert page.index("1. Being somebody") < page.index("2. Keeping my job")
    for stored in (
        "whose",
        "at_least",
        "phq9",
        "id kids",
        "rank",
        "too_hard",
        "Changes wording",
        "pages and talks fit",
    ):
        assert stored not in page


def test_what_patients_say_is_in_their_voice_and_what_staff_say_is_not() -> None:
    mine, theirs = (told(of("plan.opened", OPENED, role)) for role in ("patient", "clinician"))

    assert '<dd class="voice"><bdi>I was hiding bottles.' in mine
    assert 'class="voice"><bdi>I was hiding' not in theirs
    assert '<dd class="voice"><bdi>I want to be home in the evenings' in told(of("goal.proposed", PROPOSED))


def test_terms_are_in_the_language_of_the_page() -> None:
    page = told(of("goal.proposed", PROPOSED), of("plan.opened", OPENED), language="es")

    assert "por lo menos 3 evenings" in page or "al menos 3 evenings" in page
    for stored in ("at_least", "short_term", "Setting", "dual diagnosis"):
        assert stored not in page


@pytest.mark.parametrize(
    "data",
    [
        {"smart": {"measure": {"what": 1}}},
        {"priorities": [{"rank": "first"}, 3]},
        {"level": True},
        {"kind": ["x"]},
        {"reasons": [{"text": "because it helps", "whose": "nobody"}]},
    ],
)
def test_what_this_version_does_not_know_is_told_as_far_as_it_can_be(data: object) -> None:
    assert "<dd" in told(of("goal.proposed", data))


TOLD_BY_THEIR_PARTS = frozenset(
    [
        "smart",
        "gas",
        "program",
        "template",
        "override",
        "recipient",
        "until",
        "signed",
        "statements",
        "paper",
        "changes",
        "ground",
    ]
)


def test_every_field_of_every_event_has_a_name_in_words() -> None:
    """A field without a name of its own is told by what it is called in JSON, in English on every page."""
    spanish = language_of(["es"], None)
    names = {name for type_ in TYPES.values() for name in type_.model_fields} - TOLD_BY_THEIR_PARTS

    assert {each for each in names if field_name(spanish, each) == each.replace("_", " ")} == set()
