"""Tokens of a certified OpenID Connect issuer, `oidc-provider` of npm, are accepted; what is wrong with one is not."""

import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from events.log.client.resilient import ResilientClient
from services.access.authentication import TokenRefused
from services.access.smart_configuration import smart_configuration
from services.access.tokens.authenticator import NoneRevoked, TokenAuthenticator
from services.access.tokens.checking import TokenRules
from services.access.tokens.claims import ClaimMapping
from services.access.tokens.issuer_client import IssuerClient
from services.access.tokens.issuer_keys import IssuerKeys
from services.access.tokens.opening import open_authenticator
from tests.exchange.issuer import Issuer, running_issuer
from tests.exchange.javascript import JavaScript

ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")


@pytest.fixture(scope="module")
async def issuer(javascript: JavaScript) -> AsyncIterator[Issuer]:
    async with running_issuer(javascript, "ES256") as running:
        yield running


def opened(issuer: Issuer, **settings: object) -> AbstractAsyncContextManager[TokenAuthenticator]:
    """The authenticator of a service; it needs no connection to NATS for an issuer of others."""
    return open_authenticator(issuer.settings.model_copy(update=settings), ResilientClient())


async def code(authenticator: TokenAuthenticator, token: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        await authenticator.principal(token)
    assert token.split(".")[1][:20] not in refused.value.detail
    return refused.value.code


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_system_and_people_get_tokens_that_say_who_they_are(javascript: JavaScript, algorithm: str) -> None:
    async with running_issuer(javascript, algorithm) as issuer, opened(issuer) as authenticator:
        system = await authenticator.principal(await issuer.system_token())
        clinician = await authenticator.principal((await issuer.page_tokens("cl-1"))["access_token"])

    assert (system.id, system.kind, system.client) == ("north-app", "system", "north-app")
    assert system.roles == {"system"}
    assert system.orgs == {"northside"}
    assert system.speaks_for == {"patient"}
    assert system.scopes == frozenset({"system/Goal.rs"})
    assert (clinician.id, clinician.kind, clinician.client) == ("cl-1", "person", "pages")
    assert clinician.roles == {"clinician"}


async def test_a_patient_logs_in_on_a_page(issuer: Issuer) -> None:
    async with opened(issuer) as authenticator:
        patient = await authenticator.principal((await issuer.page_tokens("pt-1"))["access_token"])
    assert (patient.id, patient.patient) == ("pt-1", "pt-1")
    assert patient.roles == {"patient"}


async def test_the_id_token_of_a_page_gives_no_access(issuer: Issuer) -> None:
    id_token = (await issuer.page_tokens("cl-1"))["id_token"]
    async with opened(issuer) as authenticator, opened(issuer, oidc_token_types="at+jwt,JWT") as lenient:
        assert await code(authenticator, id_token) == "access.token_invalid"
        assert await code(lenient, id_token) == "access.token_invalid"


async def test_a_person_whom_the_issuer_gave_no_role_is_nobody(issuer: Issuer) -> None:
    async with opened(issuer) as authenticator:
        assert (
            await code(authenticator, (await issuer.page_tokens("stranger"))["access_token"]) == "access.token_invalid"
        )


async def test_a_token_for_something_else_gives_no_access(issuer: Issuer) -> None:
    async with opened(issuer) as authenticator:
        assert await code(authenticator, await issuer.system_token(resource=issuer.elsewhere)) == "access.token_invalid"


async def test_a_scope_that_the_issuer_dropped_reaches_nothing(issuer: Issuer) -> None:
    async with opened(issuer) as authenticator:
        principal = await authenticator.principal(await issuer.system_token(scope="system/Device.cruds"))
    assert principal.scopes == frozenset()


async def test_an_issuer_with_a_slash_is_another_issuer(issuer: Issuer) -> None:
    async with opened(issuer, oidc_issuer=f"{issuer.url}/") as authenticator:
        assert await code(authenticator, await issuer.system_token()) == "access.unavailable"


async def test_a_new_key_is_taken_up_and_the_old_one_goes_on(issuer: Issuer) -> None:
    async with opened(issuer) as authenticator:
        before = await issuer.system_token()
        assert (await authenticator.principal(before)).id == "north-app"
        await issuer.rotate()
        assert (await authenticator.principal(await issuer.system_token())).id == "north-app"
        assert (await authenticator.principal(before)).id == "north-app"


async def test_a_key_of_another_issuer_is_unknown(issuer: Issuer, javascript: JavaScript) -> None:
    async with running_issuer(javascript, "ES256") as other, opened(issuer) as authenticator:
        assert await code(authenticator, await other.system_token()) == "access.token_invalid"


async def test_a_withdrawn_key_and_the_end_of_a_token_end_what_was_accepted(issuer: Issuer) -> None:
    ahead = 0.0
    async with httpx.AsyncClient() as http:
        keys = IssuerKeys(IssuerClient(issuer.url, http).ask)
        rules = TokenRules(issuer.url, issuer.audience)
        authenticator = TokenAuthenticator(rules, keys, ClaimMapping(), NoneRevoked(), lambda: time.time() + ahead)
        first = await issuer.system_token()
        assert (await authenticator.principal(first)).id == "north-app"
        await issuer.rotate()
        await issuer.withdraw()
        await keys.refresh()
        assert await code(authenticator, first) == "access.token_invalid"

        second = await issuer.system_token()
        assert (await authenticator.principal(second)).id == "north-app"
        ahead = 120 + 30 + 1
        assert await code(authenticator, second) == "access.token_expired"
        assert await code(authenticator, await issuer.system_token(scope="user/Goal.rs")) == "access.token_expired"


async def test_smart_applications_are_told_what_the_issuer_says(issuer: Issuer) -> None:
    async with opened(issuer) as authenticator:
        await authenticator.principal(await issuer.system_token())
        configuration = smart_configuration(authenticator.issuer_metadata() or {}, ("Goal",))
    assert configuration is not None
    assert configuration["token_endpoint"] == f"{issuer.url}/token"
    assert configuration["authorization_endpoint"] == f"{issuer.url}/auth"
    assert configuration["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert configuration["code_challenge_methods_supported"] == ["S256"]
    assert set(configuration["scopes_supported"]) == {"openid", "system/Goal.rs", "user/Goal.rs", "patient/Goal.rs"}
