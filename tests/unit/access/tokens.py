"""An issuer of tokens for the tests: keys of every kind, and tokens with whatever a test wants to be wrong in them."""

import json
import warnings
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeyParameters, OctKey, OKPKey, RSAKey

from services.access.tokens.checking import TokenRules
from services.access.tokens.keys import KeyRing, read_keys

ISSUER = "https://issuer.example"
AUDIENCE = "https://cairn.example/api"
NOW = 1_800_000_000.0
RULES = TokenRules(ISSUER, AUDIENCE)
Json = dict[str, Any]


@cache
def key(kind: str, kid: str = "k1") -> Key:
    """A private key: RSA, weak-RSA, EC, P-384, OKP, Ed448 or oct."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        parameters: KeyParameters = {"kid": kid}
        match kind:
            case "RSA":
                return RSAKey.generate_key(2048, parameters)
            case "weak-RSA":
                return RSAKey.generate_key(1024, parameters)
            case "EC":
                return ECKey.generate_key("P-256", parameters)
            case "P-384":
                return ECKey.generate_key("P-384", parameters)
            case "OKP":
                return OKPKey.generate_key("Ed25519", parameters)
            case "Ed448":
                return OKPKey.generate_key("Ed448", parameters)
            case _:
                return OctKey.generate_key(256, parameters)


def published(*keys: Key, **changed: Any) -> Json:
    """The key set that an issuer publishes; `changed` replaces or adds parameters of each key."""
    return {"keys": [{**each.as_dict(private=each.key_type == "oct"), **changed} for each in keys]}


def ring(*keys: Key) -> KeyRing:
    return read_keys(published(*(keys or (key("RSA"),))))


def claims(**changed: Any) -> Json:
    """The claims of a good token of a clinician; a change to None takes a claim away."""
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "cl-1",
        "client_id": "pages",
        "jti": "t1",
        "iat": int(NOW),
        "exp": int(NOW) + 300,
        "roles": ["clinician"],
        "orgs": ["northside"],
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(payload: Json | str | None = None, by: Key | None = None, alg: str = "RS256", **header: Any) -> str:
    """A token, signed by a key; `header` replaces or adds what is in its header, and None takes away."""
    by = by or key("RSA")
    whole = {"alg": alg, "typ": "at+jwt", "kid": by.kid, **header}
    kept = {name: value for name, value in whole.items() if value is not None}
    text = payload if isinstance(payload, str) else json.dumps(claims() if payload is None else payload)
    registry = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms), strict_check_header=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jws.serialize_compact(kept, text.encode(), by, registry=registry)


def unsigned(header: Json, payload: Json | None = None) -> str:
    """A token without a signature, or with an empty one."""
    return f"{encoded(header)}.{encoded(claims() if payload is None else payload)}."


def encoded(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
