"""What is wrong with a value is said in Cairn's own sentences, whatever pydantic calls it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core._pydantic_core import list_all_errors  # the one list of what it says, with an example of each

from events.vocabulary import Token
from events.wrong_values import WrongValue, sentence_of, wrong_values

_PYDANTICS = re.compile(r"\b(input|should|valid|unable|parse|parsing|permitted|instance|dictionary|string)\b", re.I)
"""Words that give pydantic away; no sentence of Cairn's has any of them."""

# Any below: values of every kind, as somebody sends them.


def wrong(kind: Any, value: object) -> WrongValue:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    return wrong_values(refused.value)[0]


@pytest.mark.parametrize("known", list_all_errors(), ids=lambda known: str(known["type"]))
def test_whatever_pydantic_finds_is_said_without_its_words(known: dict[str, Any]) -> None:
    if known["type"] in ("value_error", "assertion_error"):
        return  # the words are of the code that raised it
    sentence = sentence_of(known["type"], known["example_message_python"], known["example_context"] or {})

    assert not _PYDANTICS.search(sentence), sentence
    assert re.fullmatch(r"[A-Z].*\.", sentence), sentence
    assert "{" not in sentence.replace("{1,64}", ""), sentence


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (int, "abc", "It must be a whole number."),
        (int, 1.5, "It must be a whole number."),
        (Annotated[int, Field(ge=1)], 0, "It must be 1 or more."),
        (Annotated[int, Field(le=500)], 501, "It must be 500 or less."),
        (Annotated[date, Field(ge=date(1900, 1, 1))], date(1899, 1, 1), "It must be 1900-01-01 or later."),
        (Annotated[date, Field(le=date(2199, 1, 1))], date(2200, 1, 1), "It must be 2199-01-01 or earlier."),
        (Annotated[time, Field(gt=time(9, 30))], time(9), "It must be later than 09:30:00."),
        (
            Annotated[datetime, Field(lt=datetime(2026, 1, 1, tzinfo=UTC))],
            datetime(2026, 1, 2, tzinfo=UTC),
            "It must be earlier than 2026-01-01T00:00:00Z.",
        ),
        (Annotated[timedelta, Field(ge=timedelta(0))], timedelta(-1), "It must be 0 seconds or more."),
        (Annotated[timedelta, Field(lt=timedelta(hours=2))], timedelta(hours=3), "It must be less than 2 hours."),
        (Literal["oldest", "newest"], "x", "It must be 'oldest' or 'newest'."),
        (Annotated[str, Field(min_length=1)], "", "It must have at least 1 character."),
        (Annotated[str, Field(max_length=21)], "x" * 22, "It must have at most 21 characters."),
        (Annotated[list[int], Field(max_length=11)], [1] * 12, "It must have at most 11 items."),
        (Token, "a b", "It must be 1 to 64 letters, digits, hyphens or underscores."),
        (date, "2026-02-30", "It must be a day that there is, such as 2026-01-31."),
        (bool, "perhaps", "It must be true or false."),
    ],
)
def test_what_is_wrong_is_a_sentence(kind: Any, value: object, sentence: str) -> None:
    assert wrong(kind, value).sentence == sentence


class Asked(BaseModel):
    number: int = 0

    @field_validator("number")
    @classmethod
    def _even(cls, number: int) -> int:
        if number == 1:
            raise ValueError("it is odd")
        if number == 3:
            raise PydanticCustomError("odd", "give an even number")
        return number


@pytest.mark.parametrize(("number", "sentence"), [(1, "It is odd."), (3, "Give an even number.")])
def test_what_a_validator_of_cairn_says_stays_as_it_is(number: int, sentence: str) -> None:
    assert wrong(Asked, {"number": number})[0::2] == (("number",), sentence)


def test_a_value_is_never_repeated() -> None:
    for kind in (int, bool, date, Token, Literal["a"], list[int], Asked):
        assert "I cannot sleep" not in wrong(kind, "I cannot sleep").sentence
