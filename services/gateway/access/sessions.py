"""The session of a browser: a cookie that carries the access token itself (decisions/0035).

Whatever is true of the token is true of the session: it expires, it can be revoked, and every gateway knows it.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

SESSION = "cairn-session"
"""What the cookie with the access token is called, but for what :func:`cookie_name` adds."""
SIGNING_IN = "cairn-signing-in"
"""The same for the cookie that remembers, for some minutes, which sign-in a browser has begun."""
MAX_SESSION_BYTES = 3800
"""How long a token may be that becomes a session: browsers drop a cookie of more than 4096 bytes without a word."""
_OWN_SITES = (b"same-origin", b"none")
_VALUE = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)


def cookie_name(what: str, base: str) -> str:
    """The name of a cookie where clients know the gateway by an address.

    With https, browsers keep it for this very host, over https alone (`__Host-`). Cookies do not heed ports, so without
    https the port is a part of the name: two Cairns of one machine do not sign each other out.
    """
    parts = urlsplit(base)
    return f"__Host-{what}" if parts.scheme == "https" else f"{what}-{parts.port or 80}"


def set_cookie(what: str, value: str, base: str, *, same_site: str = "Strict", seconds: int | None = None) -> str:
    """The header that gives a browser a cookie; an empty value takes it away.

    Args:
        seconds: How long it is kept; until the browser is closed when it is not given.
    """
    if value and not _VALUE.fullmatch(value):
        raise ValueError("the value of a cookie is letters, digits and -._~ alone")
    kept = 0 if not value else seconds
    secure = "; Secure" if urlsplit(base).scheme == "https" else ""
    lasting = "" if kept is None else f"; Max-Age={kept}"
    return f"{cookie_name(what, base)}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{lasting}"


def cookie(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    """The value of a cookie; None where it is not there, is empty, or is there twice: then one is somebody else's."""
    wanted = name.encode()
    found = [
        value.strip()
        for header, pairs in headers
        if header == b"cookie"
        for key, equals, value in (pair.partition(b"=") for pair in pairs.split(b";"))
        if equals and key.strip() == wanted
    ]
    text = found[0].decode("latin-1") if len(found) == 1 else ""
    return text if _VALUE.fullmatch(text) else None


def session_token(headers: Iterable[tuple[bytes, bytes]], base: str) -> str | None:
    """The access token of a browser's session, where a request may be answered by one.

    A request that names who asks in the header Authorization is answered by that alone. One that a page of another
    origin makes, such as of another port of this machine, is answered by no session; whoever follows a link is.
    """
    given = list(headers)
    named = dict(given)
    if b"authorization" in named:
        return None
    site = named.get(b"sec-fetch-site")
    if site is not None and site not in _OWN_SITES and named.get(b"sec-fetch-mode") != b"navigate":
        return None
    return cookie(given, cookie_name(SESSION, base))


def is_protected(base: str) -> bool:
    """Whether nobody in between can read a cookie: https, or this very machine."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
