"""The token in the header Authorization: of any length that a token may have, wherever it is checked."""

import pytest

from services.access.authentication import TokenRefused
from services.access.tokens.checking import MAX_TOKEN_CHARACTERS, header_of
from services.gateway.access.bearer import bearer_token
from services.gateway.edge.slow_clients import MAX_HEADER_BYTES


def test_one_of_hundreds_of_groups_is_taken() -> None:
    longest = "x" * MAX_TOKEN_CHARACTERS
    assert bearer_token([(b"authorization", f"Bearer {longest}".encode())]) == longest
    assert MAX_TOKEN_CHARACTERS <= MAX_HEADER_BYTES / 2, "the server refuses it before"


def test_one_that_is_too_long_is_told_so() -> None:
    given = bearer_token([(b"authorization", b"Bearer " + b"x" * (MAX_TOKEN_CHARACTERS + 1))])
    with pytest.raises(TokenRefused, match=f"longer than {MAX_TOKEN_CHARACTERS}"):
        header_of(given)
