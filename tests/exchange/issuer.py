"""The issuer of `clients/issuer.mjs`, and its clients: a system with a secret, and a page in a browser."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from services.settings import Settings
from tests.exchange.javascript import JavaScript

_CALLBACK = "http://127.0.0.1:5999/callback"
_MOST_PAGES = 12


@dataclass(frozen=True, slots=True)
class Issuer:
    """A running issuer.

    Attributes:
        url: How it names itself.
        audience: The audience that stands for Cairn.
        elsewhere: An audience that stands for something else.
        http: A client of it.
    """

    url: str
    audience: str
    elsewhere: str
    http: httpx.AsyncClient

    @property
    def settings(self) -> Settings:
        """The settings of a Cairn that believes it."""
        return Settings(oidc_issuer=self.url, oidc_audience=self.audience)

    async def rotate(self) -> None:
        """Sign with a new key from now on; the old one stays published."""
        (await self.http.post("/rotate")).raise_for_status()

    async def withdraw(self) -> None:
        """Publish the newest key alone."""
        (await self.http.post("/withdraw")).raise_for_status()

    async def system_token(self, **form: str) -> str:
        """An access token of a system, by its secret (`client_credentials`)."""
        asked = {"grant_type": "client_credentials", "scope": "system/Goal.rs", **form}
        answer = await self.http.post("/token", data=asked, auth=("north-app", "not-a-secret-only-a-test"))
        return str(answer.raise_for_status().json()["access_token"])

    async def page_tokens(self, who: str) -> dict[str, Any]:
        """What a page gets for a person who logs in: the authorization code flow with PKCE (RFC 7636)."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": "pages",
            "response_type": "code",
            "redirect_uri": _CALLBACK,
            "scope": "openid user/Goal.rs patient/Goal.rs",
            "resource": self.audience,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = f"{self.url}/auth?{urlencode(asked)}"
        back = parse_qs(urlsplit(await sent_back(self, address, who, _CALLBACK)).query)
        form = {
            "grant_type": "authorization_code",
            "client_id": "pages",
            "code": back["code"][0],
            "redirect_uri": _CALLBACK,
            "code_verifier": verifier,
            "resource": self.audience,
        }
        answer = await self.http.post("/token", data=form)
        tokens: dict[str, Any] = answer.raise_for_status().json()
        return tokens


@asynccontextmanager
async def running_issuer(javascript: JavaScript, algorithm: str) -> AsyncIterator[Issuer]:
    """An issuer that signs with an algorithm, until the block ends."""
    with javascript.started("issuer.mjs", algorithm) as said:
        async with httpx.AsyncClient(base_url=said["issuer"], timeout=60) as http:
            yield Issuer(said["issuer"], said["audience"], said["elsewhere"], http)


async def sent_back(issuer: Issuer, address: str, who: str, callback: str) -> str:
    """Where a browser is sent back to from an address of the issuer, after its person has logged in and agreed."""
    # A browser of its own: the issuer knows by a cookie who has logged in.
    async with httpx.AsyncClient(base_url=issuer.url, timeout=60) as browser:
        for _ in range(_MOST_PAGES):
            answer = await browser.get(address)
            if answer.status_code == 200:  # a page: the first asks who it is, the second whether the person agrees
                prompt = "login" if 'name="login"' in answer.text else "consent"
                answer = await browser.post(address, data={"prompt": prompt, "login": who, "password": "any"})
            address = answer.headers["location"]
            if address.startswith(callback):
                return address
    raise AssertionError(f"the issuer asks for more than {_MOST_PAGES} pages")
