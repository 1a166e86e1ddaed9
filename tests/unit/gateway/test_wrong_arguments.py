"""A request that asks for what cannot be is told so in Cairn's own words, at every address."""

import re
from urllib.parse import urlencode

import pytest
from pydantic import BaseModel
from starlette.requests import Request

from events.wrong_values import WrongValue
from services.gateway import parameters
from services.gateway.app import _CALLS
from services.gateway.handlers import _field_error

_MODELS = [each for each in vars(parameters).values() if isinstance(each, type) and issubclass(each, BaseModel)]
_NAMES = sorted({field.alias or name for model in _MODELS for name, field in model.model_fields.items()})
_OF_PYDANTIC = re.compile(r"\b(input|should|valid|unable|parse|parsing|permitted|instance|dictionary)\b", re.IGNORECASE)
_NONSENSE = ["", "nonsense\x00", "-1", "9" * 40, "2026-02-30", "1.5"]


@pytest.mark.parametrize("value", _NONSENSE)
def test_no_address_answers_in_the_words_of_pydantic(value: str) -> None:
    wrong: list[WrongValue] = []
    for (method, path), call in _CALLS.items():
        named = dict.fromkeys(re.findall(r"{(\w+)}", path), value)
        query = urlencode(dict.fromkeys(_NAMES, value)).encode()
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "path_params": named,
            "query_string": query,
            "headers": [],
        }
        call.arguments(Request(scope), wrong)

    details = {_field_error(each).detail for each in wrong}
    assert len(details) > 10
    for detail in details:
        assert not _OF_PYDANTIC.search(detail), detail
        assert detail.endswith("."), detail
