"""Signing in at an OpenID Connect issuer: the authorization code flow with PKCE (RFC 6749, RFC 7636, RFC 9700).

Nothing is kept here. What the browser has begun with travels in a cookie of its own until it comes back.
"""

import asyncio
import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

import httpx

from services.access.authentication import TokenRefused
from services.access.tokens.authenticator import TokenAuthenticator
from services.access.tokens.issuer_urls import is_protected

_LOGIN_SECONDS = 10 * 60
_ANSWER_SECONDS = 10.0
_MAX_ANSWER_BYTES = 64 * 1024
_SECRET_BYTES = 32


class SignInFailed(TokenRefused):
    """A sign-in cannot be finished: it is none that this browser has begun, or the issuer does not confirm it."""

    def __init__(self, detail: str):
        super().__init__("access.sign_in_refused", detail)


class Client(NamedTuple):
    """As what Cairn is known to the issuer.

    Attributes:
        id: Its client id.
        secret: Its secret, where it has one.
        scope: The scopes that it asks for.
        resource: The resource that it asks for (RFC 8707), where the issuer wants one.
    """

    id: str
    secret: str | None = None
    scope: str = "openid"
    resource: str | None = None

    def __repr__(self) -> str:
        return f"Client({self.id})"


class Begun(NamedTuple):
    """A sign-in that a browser has begun.

    Attributes:
        state: Says that an answer belongs to it.
        nonce: Says the same of an ID token.
        verifier: Says the same to the issuer (PKCE).
        to: The path to go on to.
    """

    state: str
    nonce: str
    verifier: str
    to: str

    @classmethod
    def new(cls, to: str) -> Self:
        """One with secrets that nobody can guess."""
        state, nonce, verifier = (secrets.token_urlsafe(_SECRET_BYTES) for _ in range(3))
        return cls(state, nonce, verifier, to)

    def encoded(self) -> str:
        """As the value of a cookie."""
        return base64.urlsafe_b64encode(json.dumps(self).encode()).rstrip(b"=").decode()

    @classmethod
    def decoded(cls, text: str) -> Self:
        """What :meth:`encoded` has written.

        Raises:
            SignInFailed: it is none.
        """
        try:
            given = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            state, nonce, verifier, to = map(str, given)
        except (binascii.Error, ValueError, TypeError, RecursionError):
            raise SignInFailed("This browser has begun no sign-in.") from None
        return cls(state, nonce, verifier, to)


class CodeFlow:
    """Signs people in at the issuer of an authenticator.

    Args:
        issuer: As it is set.

    Attributes:
        seconds: How long somebody may take at the issuer.
    """

    def __init__(self, issuer: str, client: Client, authenticator: TokenAuthenticator):
        self.issuer = issuer
        self.seconds = _LOGIN_SECONDS
        self._client = client
        self._authenticator = authenticator

    @property
    def issuer_name(self) -> str:
        """The host at which people sign in."""
        return urlsplit(self.issuer).hostname or self.issuer

    async def begin(self, to: str, redirect_uri: str) -> tuple[str, str]:
        """Where to send a browser, and what it has to keep until it comes back.

        Args:
            to: The path to go on to then.
            redirect_uri: Where it comes back to.

        Raises:
            TokenRefused: the issuer does not answer, or names no address to sign in at.
        """
        begun = Begun.new(to)
        digest = sha256(begun.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": redirect_uri,
            "scope": self._client.scope,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if self._client.resource is not None:
            asked["resource"] = self._client.resource
        endpoint = self._endpoint(await self._metadata(), "authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", begun.encoded()

    async def finish(self, kept: str, answer: Mapping[str, str], redirect_uri: str) -> tuple[str, str]:
        """The access token of a person whom the issuer has sent back, and the path to go on to.

        Args:
            kept: What the browser has kept.
            answer: The parameters with which it has come back.
            redirect_uri: As of :meth:`begin`.

        Raises:
            TokenRefused: the sign-in is not this browser's, or was not granted; or the issuer does not answer.
        """
        begun = Begun.decoded(kept)
        if not compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInFailed("The answer is of another sign-in than the one that this browser has begun.")
        metadata = await self._metadata()
        told = answer.get("iss")
        if told != self.issuer and (told is not None or metadata.get("authorization_response_iss_parameter_supported")):
            raise SignInFailed("The answer is not of the issuer at which this browser was asked to sign in.")
        if "error" in answer or not answer.get("code"):
            raise SignInFailed("The issuer has not signed anybody in.")
        tokens = await self._tokens(metadata, begun, answer["code"], redirect_uri)
        access, id_token = tokens.get("access_token"), tokens.get("id_token")
        if not isinstance(access, str) or not isinstance(id_token, str):
            raise SignInFailed("The issuer gives no access token with an ID token; it has to know the scope openid.")
        await self._authenticator.check_id_token(id_token, self._client.id, begun.nonce)
        return access, begun.to

    async def _metadata(self) -> Mapping[str, Any]:
        metadata = await self._authenticator.metadata()
        if not metadata:
            raise TokenRefused("access.unavailable", "The issuer does not answer, so nobody can sign in. Try again.")
        return metadata

    @staticmethod
    def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
        endpoint = metadata.get(name)
        if not is_protected(endpoint):
            raise SignInFailed(f"The issuer names no {name} with https, or with http on loopback.")
        return str(endpoint)

    async def _tokens(
        self, metadata: Mapping[str, Any], begun: Begun, code: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": begun.verifier,
        }
        if self._client.resource is not None:
            form["resource"] = self._client.resource
        auth = None
        if self._client.secret is None:
            form["client_id"] = self._client.id
        elif "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            auth = httpx.BasicAuth(_form_encoded(self._client.id), _form_encoded(self._client.secret))
        else:
            form |= {"client_id": self._client.id, "client_secret": self._client.secret}
        status, body = await self._post(self._endpoint(metadata, "token_endpoint"), form, auth)
        if status != 200:
            raise SignInFailed(f"The issuer does not confirm the sign-in; it answers with the status {status}.")
        try:
            tokens = json.loads(body)
        except (ValueError, RecursionError):
            tokens = None
        if not isinstance(tokens, dict):
            raise SignInFailed("What the issuer answers is no JSON object.")
        return tokens

    @staticmethod
    async def _post(url: str, form: Mapping[str, str], auth: httpx.BasicAuth | None) -> tuple[int, bytes]:
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(_ANSWER_SECONDS),
                httpx.AsyncClient(follow_redirects=False) as http,
                http.stream("POST", url, data=form, headers=headers, auth=auth or httpx.USE_CLIENT_DEFAULT) as answer,
            ):
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _MAX_ANSWER_BYTES:
                        raise SignInFailed(f"The issuer answers with more than {_MAX_ANSWER_BYTES // 1024} KiB.")
                return answer.status_code, bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
            raise TokenRefused(
                "access.unavailable", "The issuer does not answer, so nobody can sign in. Try again."
            ) from None


def _form_encoded(text: str) -> str:
    """A client's id or secret as it goes into the header Authorization (RFC 6749, section 2.3.1)."""
    return urlencode({"": text})[1:]
