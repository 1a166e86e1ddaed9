"""Which tokens are accepted. What is wrong is refused with a code and a sentence that tells nothing of the token."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import Key, RSAKey

from services.access.authentication import TokenRefused
from services.access.tokens.checking import MAX_TOKEN_CHARACTERS, TokenRules, check_token, header_of
from tests.unit.access.tokens import AUDIENCE, ISSUER, NOW, RULES, claims, encoded, key, ring, signed, unsigned

DAY = 24 * 60 * 60


@pytest.mark.parametrize(("kind", "alg"), [("RSA", "RS256"), ("EC", "ES256"), ("OKP", "EdDSA"), ("OKP", "Ed25519")])
def test_a_good_token_is_accepted(kind: str, alg: str) -> None:
    found, expires = check_token(signed(by=key(kind), alg=alg), ring(key(kind)), RULES, NOW)
    assert found == claims()
    assert expires == NOW + 300


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_is_written_in_any_case(typ: str) -> None:
    assert check_token(signed(typ=typ), ring(), RULES, NOW)


def test_the_audience_may_be_one_of_several() -> None:
    assert check_token(signed(claims(aud=["https://else.example", AUDIENCE])), ring(), RULES, NOW)


def test_without_a_key_id_one_key_is_enough_and_two_are_too_many() -> None:
    token = signed(kid=None)
    assert check_token(token, ring(key("RSA")), RULES, NOW)
    assert check_token(token, ring(key("RSA"), key("EC", "k2")), RULES, NOW)
    assert refused(token, key("RSA"), key("RSA", "k2")).code == "access.token_invalid"


def test_of_two_keys_with_one_id_either_may_have_signed() -> None:
    doubled = ring(key("RSA"), key("OKP"), key("EC"))
    for kind, alg in (("RSA", "RS256"), ("OKP", "Ed25519"), ("EC", "ES256")):
        assert check_token(signed(by=key(kind), alg=alg), doubled, RULES, NOW)


def test_clocks_may_differ_a_little() -> None:
    assert check_token(signed(claims(iat=int(NOW) + 29, nbf=int(NOW) + 29)), ring(), RULES, NOW)
    assert check_token(signed(), ring(), RULES, NOW + 300 + 29)


def refused(token: str, *keys: Key, rules: TokenRules = RULES, now: float = NOW) -> TokenRefused:
    with pytest.raises(TokenRefused) as found:
        check_token(token, ring(*keys), rules, now)
    return found.value


def published_pem() -> bytes:
    found = key("RSA")
    assert isinstance(found, RSAKey)
    return found.as_pem(private=False)


def signed_with_a_public_key(secret: bytes) -> str:
    """The oldest trick: what everybody knows, as the secret of a symmetric algorithm."""
    said = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'k1'})}.{encoded(claims())}"
    signature = hmac.digest(secret, said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


WRONG: dict[str, tuple[Callable[[], str], str]] = {
    "alg none": (lambda: unsigned({"alg": "none", "typ": "at+jwt"}), "signed with one of"),
    "alg None in another case": (lambda: unsigned({"alg": "NoNe", "typ": "at+jwt", "kid": "k1"}), "signed with one of"),
    "alg not there": (lambda: unsigned({"typ": "at+jwt", "kid": "k1"}), "signed with one of"),
    "alg a list": (lambda: unsigned({"alg": ["RS256"], "typ": "at+jwt"}), "signed with one of"),
    "HS256 with the RSA public key": (
        lambda: signed_with_a_public_key(published_pem()),
        "signed with one of",
    ),
    "RS512": (lambda: signed(alg="RS512"), "signed with one of"),
    "PS256": (lambda: signed(alg="PS256"), "signed with one of"),
    "no signature": (lambda: unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "k1"}), "signature"),
    "another signature": (
        lambda: signed().rpartition(".")[0] + "." + signed(claims(jti="t2")).rpartition(".")[2],
        "sig",
    ),
    "other claims": (
        lambda: ".".join((signed().split(".")[0], encoded(claims(sub="x")), signed().split(".")[2])),
        "sig",
    ),
    "a key that nobody knows": (lambda: signed(by=key("RSA", "unknown")), "no key of the issuer"),
    "another key under a known id": (lambda: signed(by=key("RSA", "unknown"), kid="k1"), "no key of the issuer"),
    "a key of another kind": (lambda: signed(by=key("EC"), alg="ES256"), "no key of the issuer"),
    "kid a path": (lambda: signed(kid="../../../../dev/null"), "no key of the issuer"),
    "kid SQL": (lambda: signed(kid="k1' or 1=1 --"), "no key of the issuer"),
    "kid a number": (lambda: unsigned({"alg": "RS256", "kid": 1}), "kid"),
    "jku": (lambda: signed(jku="https://attacker.example/keys"), "does not follow"),
    "jwk": (lambda: signed(jwk=key("RSA").as_dict(private=False)), "does not follow"),
    "x5u": (lambda: signed(x5u="https://attacker.example/cert"), "does not follow"),
    "crit": (lambda: unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "k1", "crit": ["exp"], "exp": 1}), "not follow"),
    "b64": (lambda: unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "k1", "b64": False}), "does not follow"),
    "a header that nobody registered": (lambda: signed(nonce="n"), "signature"),
    "typ not there": (lambda: signed(typ=None), "typ"),
    "typ JWT": (lambda: signed(typ="JWT"), "typ"),
    "typ of a logout token": (lambda: signed(typ="logout+jwt"), "typ"),
    "typ a number": (lambda: unsigned({"alg": "RS256", "kid": "k1", "typ": 7}), "typ"),
    "an ID token": (lambda: signed(claims(nonce="n")), "ID token"),
    "an ID token with a code": (lambda: signed(claims(at_hash="h")), "ID token"),
    "a logout token": (lambda: signed(claims(events={})), "logout token"),
    "iss not there": (lambda: signed(claims(iss=None)), "iss"),
    "iss with a slash": (lambda: signed(claims(iss=f"{ISSUER}/")), "iss"),
    "iss in another case": (lambda: signed(claims(iss=ISSUER.upper())), "iss"),
    "iss a list": (lambda: signed(claims(iss=[ISSUER])), "iss"),
    "aud not there": (lambda: signed(claims(aud=None)), "aud"),
    "aud of another": (lambda: signed(claims(aud="https://else.example")), "aud"),
    "aud a part of ours": (lambda: signed(claims(aud=AUDIENCE[:-1])), "aud"),
    "aud longer than ours": (lambda: signed(claims(aud=f"{AUDIENCE}/")), "aud"),
    "aud an object": (lambda: signed(claims(aud={AUDIENCE: True})), "aud"),
    "exp not there": (lambda: signed(claims(exp=None)), "exp"),
    "exp a text": (lambda: signed(claims(exp=str(int(NOW) + 300))), "exp"),
    "exp true": (lambda: signed(claims(exp=True)), "exp"),
    "exp 10^400": (lambda: signed(claims(exp=10**400)), "exp"),
    "exp 10^5000": (lambda: signed(json.dumps(claims(exp=0)).replace('"exp": 0', f'"exp": 1{"0" * 5000}')), "claims"),
    "exp infinite": (lambda: signed(claims(exp=float("inf"))), "claims cannot be read"),
    "exp in a float beyond all": (lambda: signed(json.dumps(claims(exp=0)).replace('"exp": 0', '"exp": 1e999')), "exp"),
    "exp before iat": (lambda: signed(claims(exp=int(NOW) - 1, iat=int(NOW))), "no time at all"),
    "exp far away": (lambda: signed(claims(exp=int(NOW) + DAY + 1)), "longer than 24 h"),
    "iat not there": (lambda: signed(claims(iat=None)), "iat"),
    "iat in the future": (lambda: signed(claims(iat=int(NOW) + 31)), "future"),
    "iat before time began": (lambda: signed(claims(iat=-1)), "iat"),
    "nbf in the future": (lambda: signed(claims(nbf=int(NOW) + 31)), "future"),
    "nbf a text": (lambda: signed(claims(nbf="now")), "nbf"),
    "a claim twice": (lambda: signed(json.dumps(claims())[:-1] + ', "sub": "cl-2"}'), "claims cannot be read"),
    "claims a list": (lambda: signed("[1]"), "claims cannot be read"),
    "claims no JSON": (lambda: signed("patient"), "claims cannot be read"),
    "claims nested deep": (lambda: signed('{"a":' + "[" * 3000 + "]" * 3000 + "}"), "claims cannot be read"),
    "huge": (lambda: signed(claims(groups=["g" * 100] * 400)), f"longer than {MAX_TOKEN_CHARACTERS}"),
    "a header as long as a token": (lambda: unsigned({"alg": "RS256", "kid": "k" * 2000}), "no JSON Web Token"),
    "a header nested deep": (
        lambda: urlsafe_b64encode(b"[" * 700).decode().rstrip("=") + ".e30.c2ln",
        "header",
    ),
    "a header that is no object": (lambda: f"{encoded([1])}.{encoded({})}.c2ln", "no JSON object"),
    "empty": (lambda: "", "no JSON Web Token"),
    "dots": (lambda: "..", "header cannot be read"),
    "encrypted (five parts)": (lambda: "a.b.c.d.e", "no JSON Web Token"),
    "opaque": (lambda: "2YotnFZFEjr1zCsicMWpAA", "no JSON Web Token"),
    "not ASCII": (lambda: signed() + "é", "no JSON Web Token"),
    "a lone surrogate": (lambda: "\ud800.a.b", "no JSON Web Token"),
}


@pytest.mark.parametrize("row", WRONG)
def test_what_is_wrong_is_refused(row: str) -> None:
    make, sentence = WRONG[row]
    refusal = refused(make())
    assert refusal.code == "access.token_invalid"
    assert sentence in refusal.detail
    assert refusal.detail.startswith("The token is not accepted.")


@pytest.mark.parametrize("row", WRONG)
def test_a_refusal_tells_nothing_of_the_token(row: str, caplog: pytest.LogCaptureFixture) -> None:
    token = WRONG[row][0]()
    refusal = refused(token)
    parts = [part for part in token.split(".") if len(part) > 8]
    assert not caplog.records
    told = " ".join((refusal.detail, str(refusal), repr(refusal), repr(refusal.__cause__)))
    assert not [part for part in parts if part[:12] in told]
    assert not [secret for secret in ("cl-1", "attacker", "or 1=1", "dev/null") if secret in told]


def test_an_expired_token_has_a_code_of_its_own() -> None:
    assert refused(signed(), now=NOW + 331).code == "access.token_expired"
    assert refused(signed(claims(exp=int(NOW) - 31, iat=int(NOW) - 400))).code == "access.token_expired"


def test_a_token_of_another_issuer_is_not_told_that_it_has_expired() -> None:
    assert refused(signed(claims(iss="https://else.example", exp=1))).code == "access.token_invalid"


def test_an_issuer_that_cannot_name_the_type_is_believed_where_that_is_set() -> None:
    rules = TokenRules(ISSUER, AUDIENCE, types=frozenset({"at+jwt", "jwt"}))
    assert check_token(signed(typ="JWT"), ring(), rules, NOW)
    assert refused(signed(claims(nonce="n"), typ="JWT"), rules=rules).code == "access.token_invalid"


@given(st.text(max_size=300))
def test_garbage_is_refused(token: str) -> None:
    assert refused(token).code == "access.token_invalid"


@given(
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.binary(max_size=80),
    st.sampled_from([{}, {"alg": "RS256", "typ": "at+jwt", "kid": "k1"}, {"alg": "none"}, {"alg": "HS256"}]),
    st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9), max_size=3),
)
def test_what_looks_like_a_token_is_refused(
    head: bytes, body: bytes, signature: bytes, header: dict[str, object], more: dict[str, object]
) -> None:
    first = encoded({**header, **more}) if header else urlsafe_b64encode(head).decode().rstrip("=")
    token = ".".join((first, *(urlsafe_b64encode(part).decode().rstrip("=") for part in (body, signature))))
    assert refused(token).code == "access.token_invalid"


@given(st.integers(min_value=0, max_value=600), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_other_character_is_enough(place: int, character: str) -> None:
    token = signed(by=key("OKP"), alg="Ed25519")
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        assert refused(changed, key("OKP")).code.startswith("access.token_")


def test_the_header_of_a_good_token_is_read() -> None:
    assert header_of(signed())["kid"] == "k1"
