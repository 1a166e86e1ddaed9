"""From a token to its principal: checked once, and forgotten when it expires, is revoked, or its key is withdrawn."""

import time

import pytest
from joserfc.jwk import OKPKey

from services.access.authentication import CheckedToken, TokenRefused
from services.access.issuer.tokens import MAPPING, RULES, create_token, public_keys
from services.access.principal import Principal, everyone_of
from services.access.tokens.authenticator import NoneRevoked, TokenAuthenticator
from services.access.tokens.checked_tokens import CheckedTokens
from services.access.tokens.claims import ClaimMapping
from services.access.tokens.keys import KeyRing
from services.access.tokens.opening import FixedKeys
from tests.unit.access import tokens
from tests.unit.access.tokens import NOW, claims, key, ring, signed


class World:
    """An authenticator whose keys, revocations and clock a test changes."""

    metadata = None

    def __init__(self) -> None:
        self.ring = ring(key("OKP"))
        self.now = NOW
        self.revoked: set[str] = set()
        self.asked_for: list[str | None] = []
        self.authenticator = TokenAuthenticator(tokens.RULES, self, ClaimMapping(), self, lambda: self.now)

    async def keys(self, kid: str | None = None) -> KeyRing:
        self.asked_for.append(kid)
        return self.ring

    def is_revoked(self, token_id: str) -> bool:
        return token_id in self.revoked

    def when_revoked(self, call: object) -> None:
        raise NotImplementedError

    async def code(self, token: str) -> str:
        try:
            return (await self.authenticator.principal(token)).id
        except TokenRefused as refused:
            return refused.code


@pytest.fixture
def world() -> World:
    return World()


TOKEN = signed(by=key("OKP"), alg="Ed25519")


async def test_a_token_is_checked_once(world: World) -> None:
    assert await world.code(TOKEN) == "cl-1"
    assert world.asked_for == [None, "k1"]
    assert await world.code(TOKEN) == "cl-1"
    assert world.asked_for == [None, "k1", None]


async def test_it_is_known_when_the_token_expires(world: World) -> None:
    assert (await world.authenticator.checked(TOKEN)).expires == NOW + 300


async def test_a_token_that_was_checked_expires(world: World) -> None:
    assert await world.code(TOKEN) == "cl-1"
    world.now += 300 + 30
    assert await world.code(TOKEN) == "access.token_expired"
    world.now -= 300
    assert await world.code(TOKEN) == "cl-1"


async def test_a_token_that_was_checked_may_be_revoked(world: World) -> None:
    assert await world.code(TOKEN) == "cl-1"
    world.revoked.add("t1")
    assert await world.code(TOKEN) == "access.token_revoked"
    assert await world.code(signed(claims(jti="t2"), by=key("OKP"), alg="Ed25519")) == "cl-1"


async def test_a_token_whose_key_is_withdrawn_is_checked_anew(world: World) -> None:
    assert await world.code(TOKEN) == "cl-1"
    world.ring = ring(key("OKP"), key("EC", "k2"))
    assert await world.code(TOKEN) == "cl-1"
    world.ring = ring(key("EC", "k2"))
    assert await world.code(TOKEN) == "access.token_invalid"


async def test_another_token_is_another_token(world: World) -> None:
    assert await world.code(TOKEN) == "cl-1"
    assert await world.code(TOKEN + " ") == "access.token_invalid"
    assert await world.code(TOKEN[:-1]) == "access.token_invalid"


async def test_a_token_that_names_no_role_means_nothing(world: World) -> None:
    assert await world.code(signed(claims(roles=None), by=key("OKP"), alg="Ed25519")) == "access.token_invalid"


def test_so_many_are_remembered_and_those_that_are_used_longest() -> None:
    remembered = CheckedTokens(limit=2)
    checked = CheckedToken(everyone_of(frozenset(), "node"), NOW)
    digests = [CheckedTokens.digest(text) for text in ("a", "b", "c")]
    for digest in digests[:2]:
        remembered.remember(digest, checked)
    assert remembered.get(digests[0])
    remembered.remember(digests[2], checked)
    assert len(remembered) == 2
    assert remembered.get(digests[1]) is None


async def test_the_embedded_issuers_token_says_what_its_principal_is() -> None:
    signing = OKPKey.generate_key("Ed25519", {"kid": "k1"})
    whole = Principal(
        id="north-app",
        kind="system",
        roles=frozenset({"system", "dashboard"}),
        orgs=frozenset({"northside", "southside"}),
        speaks_for=frozenset({"patient"}),
        words=False,
        scopes=frozenset({"system/Goal.rs", "cairn"}),
    )
    made = create_token(signing, whole, seconds=60, now=time.time())

    found = await TokenAuthenticator(RULES, FixedKeys(public_keys(signing)), MAPPING, NoneRevoked()).principal(
        made.text
    )
    assert found == made.principal
    assert found.model_copy(update={"client": None, "token": None}) == whole
    assert made.text not in repr(made)
