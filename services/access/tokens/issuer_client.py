"""Asking an OpenID Connect issuer over HTTP: how it describes itself, and its public keys."""

import asyncio
import json

import httpx

from services.access.tokens.issuer_keys import IssuerAnswer, IssuerUnusable
from services.access.tokens.issuer_urls import discovery_url, is_protected
from services.access.tokens.keys import UnusableKeys, read_keys

_ANSWER_SECONDS = 5.0
MAX_ANSWER_BYTES = 64 * 1024
"""How large a description or a key set may be."""


class IssuerClient:
    """Asks one issuer.

    Args:
        issuer: As it is set; its description has to name the very same.
        http: The client to ask with. It must not follow redirects.
    """

    def __init__(self, issuer: str, http: httpx.AsyncClient):
        self.issuer = issuer
        self._http = http

    async def ask(self) -> IssuerAnswer:
        """The issuer's description and its keys.

        Raises:
            IssuerUnusable: it does not answer, or its answer cannot be used.
        """
        metadata = await self._json(discovery_url(self.issuer))
        if not isinstance(metadata, dict) or metadata.get("issuer") != self.issuer:
            raise IssuerUnusable(
                f"The description at {discovery_url(self.issuer)} is not of the issuer {self.issuer}."
                " CAIRN_OIDC_ISSUER has to be written as in its field issuer, also with or without a slash at the end."
            )
        address = metadata.get("jwks_uri")
        if not is_protected(address):
            raise IssuerUnusable(f"The issuer {self.issuer} names no jwks_uri with https, or with http on loopback.")
        try:
            return IssuerAnswer(metadata, read_keys(await self._json(str(address))))
        except UnusableKeys as error:
            raise IssuerUnusable(f"The keys of the issuer {self.issuer} cannot be used. {error}") from None

    async def _json(self, url: str) -> object:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return json.loads(await self._body(url))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise IssuerUnusable(f"{url} does not answer: {str(error) or type(error).__name__}.") from None
        except TimeoutError:
            raise IssuerUnusable(f"{url} does not answer within {_ANSWER_SECONDS:g} s.") from None
        except (ValueError, RecursionError):
            raise IssuerUnusable(f"What {url} answers is no JSON.") from None

    async def _body(self, url: str) -> bytes:
        # A compressed answer could be small here and large there.
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        async with self._http.stream("GET", url, headers=headers) as answer:
            if answer.status_code != 200 or "content-encoding" in answer.headers:
                raise IssuerUnusable(f"{url} answers with the status {answer.status_code}, or compressed.")
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise IssuerUnusable(f"{url} answers with more than {MAX_ANSWER_BYTES // 1024} KiB.")
            return bytes(body)
