"""Where a page begins is read back as it was written; what is no place is none, whatever it is."""

from base64 import urlsafe_b64encode

import pytest

from services.fhir.outgoing.places import read_place, written_place


@pytest.mark.parametrize("parts", [[], ["a", None, 0], ["ü" * 50, "b", 2**63 - 1]])
def test_a_place_comes_back(parts: list[str | int | None]) -> None:
    text = written_place(parts)

    assert text.isascii()
    assert "=" not in text
    assert read_place(text, *[str | int | None] * len(parts)) == parts


def encoded(json: bytes) -> str:
    return urlsafe_b64encode(json).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "€",
        encoded(b"\xff"),
        encoded(b'{"a": 1}'),
        encoded(b'["a"]'),
        encoded(b'["a", 1, 2]'),
        encoded(b'[1, "a"]'),
        encoded(b'["a", 9223372036854775808]'),
        encoded(b'["a", ' + b"9" * 5000 + b"]"),
        encoded(b"[" * 100_000),
    ],
    ids=["empty", "x", "no ASCII", "no UTF-8", "object", "short", "long", "kinds", "beyond", "digits", "deep"],
)
def test_what_is_no_place_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_place(text, str, int)
