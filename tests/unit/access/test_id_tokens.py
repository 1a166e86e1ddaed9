"""ID tokens: one says that a sign-in is the one that was begun, and of this client and this issuer."""

import secrets
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.access.authentication import TokenRefused
from services.access.tokens.code_flow import Begun, SignInFailed
from services.access.tokens.id_tokens import check_id_token
from services.access.tokens.keys import KeyRing, read_keys

ISSUER, CLIENT, NONCE, NOW = "https://login.example", "cairn", "n-1", 1_795_000_000
KEY, OTHER = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("k1", "k2"))
RIGHT = {"iss": ISSUER, "aud": CLIENT, "sub": "cl-1", "nonce": NONCE, "iat": NOW - 5, "exp": NOW + 60}


def ring() -> KeyRing:
    return read_keys({"keys": [KEY.as_dict(private=False)]})


def signed(claims: dict[str, Any], header: dict[str, Any] | None = None, key: ECKey = KEY) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, claims, key)


def check(token: str) -> str:
    claims = check_id_token(token, ring(), issuer=ISSUER, client=CLIENT, nonce=NONCE, now=NOW, leeway_seconds=30)
    return str(claims["sub"])


@pytest.mark.parametrize("header", [{}, {"typ": "JWT"}])
def test_one_of_this_sign_in_is_accepted(header: dict[str, Any]) -> None:
    assert check(signed(RIGHT, header)) == "cl-1"
    assert check(signed({**RIGHT, "aud": [CLIENT]}, header)) == "cl-1"
    assert check(signed({**RIGHT, "aud": ["api", CLIENT], "azp": CLIENT}, header)) == "cl-1"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": f"{ISSUER}/"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": None},
        {"nonce": "n-2"},
        {"nonce": None},
        {"nonce": [NONCE]},
        {"exp": NOW - 31},
        {"exp": "soon"},
        {"iat": NOW + 60},
    ],
    ids=str,
)
def test_any_other_is_refused(change: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**RIGHT, **change}.items() if value is not None}
    with pytest.raises(TokenRefused):
        check(signed(claims))


def test_neither_another_kind_nor_another_key_does() -> None:
    for token in (signed(RIGHT, {"typ": "at+jwt"}), signed(RIGHT, key=OTHER), signed(RIGHT)[:-4], "a.b", ""):
        with pytest.raises(TokenRefused):
            check(token)


def test_what_a_browser_keeps_is_read_again_and_nothing_else_is() -> None:
    begun = Begun.new("/clinic/northside/today")

    assert Begun.decoded(begun.encoded()) == begun
    for kept in ("", "e30", "W10", "WzEsMl0", "not base64!", secrets.token_urlsafe(400)):
        with pytest.raises(SignInFailed):
            Begun.decoded(kept)


def test_no_two_sign_ins_have_a_secret_in_common() -> None:
    begun = [Begun.new("/") for _ in range(50)]

    assert len({secret for each in begun for secret in each[:3]}) == 150
