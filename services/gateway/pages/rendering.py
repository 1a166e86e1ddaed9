"""From a template to a page: escaped everywhere, in the reader's language, with the frame that all pages share.

Jinja2 and Babel are imported when the first page is asked for: a gateway that only serves programs does without them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.access.principal import Principal
from services.gateway.asking import NOBODY, Asking
from services.gateway.pages.addresses import LANGUAGE_COOKIE, SIGN_IN, own_path
from services.gateway.pages.compressing import compressed, takes_gzip
from services.gateway.pages.navigation import links_of
from services.gateway.pages.people import role_names
from services.gateway.pages.static_files import static_files
from services.gateway.routing import Depends

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from services.gateway.pages.language import Language

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do for a page: show it, run our own files and ask this gateway; nothing inline or elsewhere."""

_FILTERS = ("day", "short_day", "day_with_year", "weekday", "weekday_and_day", "number", "clock", "both", "quoted")
"""What templates write days, numbers and words with: methods of :class:`Language`."""
_FILTERS_FROM_TODAY = ("dated", "short")
"""What they write days with that are told from a day of looking: functions of `days.py`, which they give that day."""

_ID = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]{1,24}(?![\w-]))\w+(?:-\w+)+")
"""What looks like an id in a sentence, and is short enough for a line of a narrow screen."""
_LONG = 1_400
"""From how many bytes on a page is sent compressed: what is shorter goes out in one packet."""


class Page:
    """Answers one request with a page.

    Attributes:
        language: The language that it is in.
        principal: Who looks at it.
    """

    def __init__(self, request: Request):
        self._request = request
        asking: Asking | None = request.scope.get("state", {}).get("asking")
        self.principal: Principal = asking.principal if asking is not None else NOBODY

    @property
    def language(self) -> "Language":
        """What the reader chose on the page, else what the browser asks for."""
        from services.gateway.pages.language import language_of  # noqa: PLC0415 - see above

        chosen = self._request.cookies.get(LANGUAGE_COOKIE)
        return language_of([chosen] if chosen else [], self._request.headers.get("accept-language"))

    @property
    def here(self) -> str:
        """The address of the page, for whoever comes back to it; of a page to sign in, that of the first page."""
        scope = self._request.scope
        query = scope["query_string"].decode("latin-1")
        path = quote(scope["path"])
        return own_path(f"{path}?{query}" if query else path)

    @property
    def signs_in_at(self) -> str | None:
        """The name of the issuer where people sign in; None where Cairn's own links do."""
        found: str | None = self._request.scope.get("state", {}).get("signs_in_at")
        return found

    def answer(self, template: str, *, org: str | None = None, status: int = 200, **shown: Any) -> HTMLResponse:
        """The page of a template.

        Args:
            template: Its name in `templates/`.
            org: The organisation whose pages the navigation leads to.
            shown: What the template names.
        """
        language = self.language
        path: str = self._request.scope["path"]
        content = (
            _environment(language)
            .get_template(template)
            .render(
                language=language,
                org=org,
                principal=self.principal,
                signed_in=_signed_in(self.principal, language),
                signing_in=path == SIGN_IN or path.startswith(f"{SIGN_IN}/"),
                links=links_of(self.principal, org, path),
                languages=_named_languages(),
                path=path,
                here=self.here,
                **shown,
            )
        )
        headers = {
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "content-language": language.tag,
            "vary": "accept-encoding, accept-language, cookie",
        }
        body = content.encode()
        # A page is read in a browser, and a tenth as long on the way; each of fifty rows looks like the one before.
        if len(body) >= _LONG and takes_gzip(self._request.headers.get("accept-encoding", "")):
            body, headers["content-encoding"] = compressed(body), "gzip"
        return HTMLResponse(body, status, headers=headers)


def unbroken(text: str) -> "Markup":
    """A sentence in which no line ends within an id, such as `cl-03`."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - see above

    return Markup(_ID.sub(r'<span class="together">\g<0></span>', str(escape(text))))  # noqa: S704 - it is escaped


def by_itself(template: str, language: "Language", **shown: Any) -> str:
    """The HTML of a template that has no frame and answers no request."""
    return _environment(language).get_template(template).render(language=language, **shown)


def piece_by_piece(template: str, language: "Language", **shown: Any) -> Iterator[str]:
    """As :func:`by_itself`, for a document that may be too long for the memory."""
    return _environment(language).get_template(template).generate(language=language, **shown)


@cache
def _named_languages() -> Sequence[tuple[str, str]]:
    """Each language with what it calls itself."""
    from services.gateway.pages.language import language_of, languages  # noqa: PLC0415 - see above

    return [(code, language_of([code], None).name) for code in languages()]


def _signed_in(principal: Principal, language: "Language") -> tuple[str, str] | None:
    """The id and the roles of who is signed in."""
    if principal == NOBODY:
        return None
    return principal.id, language.both([language.gettext(name) for name in role_names(principal)])


def _of_the_request(request: Request) -> Page:
    return Page(request)


Shows = Annotated[Page, Depends(_of_the_request)]
"""The page to answer with, as an endpoint asks for it."""


@lru_cache(maxsize=64)
def _environment(language: "Language") -> "Environment":
    """Templates in one language; each is compiled once."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    from services.gateway.pages import days  # noqa: PLC0415 - see above

    environment = Environment(
        loader=PackageLoader("services.gateway.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext
    )
    environment.globals["static"] = {name: file.address for name, file in static_files().items()}
    environment.filters["unbroken"] = unbroken
    for name in _FILTERS:
        environment.filters[name] = getattr(language, name)
    for name in _FILTERS_FROM_TODAY:
        environment.filters[name] = partial(getattr(days, name), language)
    return environment
