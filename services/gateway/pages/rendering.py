"""From a template to a page: escaped everywhere, in the reader's language, with the frame that all pages share.

Jinja2 and Babel are imported when the first page is asked for: a gateway that only serves programs does without them.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.access.principal import Principal
from services.gateway.pages.addresses import LANGUAGE_COOKIE
from services.gateway.pages.navigation import links_of
from services.gateway.pages.static_files import static_files
from services.gateway.routing import Depends

if TYPE_CHECKING:
    from jinja2 import Environment

    from services.gateway.pages.language import Language

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do for a page: show it, run our own files and ask this gateway; nothing inline or elsewhere."""


class Page:
    """Answers one request with a page.

    Attributes:
        language: The language that it is in.
        principal: Who looks at it.
    """

    def __init__(self, request: Request):
        self._request = request
        self.principal: Principal = request.scope["state"]["asking"].principal

    @property
    def language(self) -> "Language":
        """What the reader chose on the page, else what the browser asks for."""
        from services.gateway.pages.language import language_of  # noqa: PLC0415 - see above

        chosen = self._request.cookies.get(LANGUAGE_COOKIE)
        return language_of([chosen] if chosen else [], self._request.headers.get("accept-language"))

    def answer(self, template: str, *, org: str | None = None, status: int = 200, **shown: Any) -> HTMLResponse:
        """The page of a template.

        Args:
            template: Its name in `templates/`.
            org: The organisation whose pages the navigation leads to.
            shown: What the template names.
        """
        language = self.language
        content = (
            _environment(language.code)
            .get_template(template)
            .render(
                language=language,
                org=org,
                principal=self.principal,
                links=links_of(self.principal, org, self._request.url.path),
                path=self._request.url.path,
                **shown,
            )
        )
        headers = {"content-security-policy": CONTENT_SECURITY_POLICY, "content-language": language.tag}
        return HTMLResponse(content, status, headers={**headers, "vary": "accept-language, cookie"})


def _of_the_request(request: Request) -> Page:
    return Page(request)


Shows = Annotated[Page, Depends(_of_the_request)]
"""The page to answer with, as an endpoint asks for it."""


@lru_cache(maxsize=64)
def _environment(language: "Language") -> "Environment":
    """Templates in one language; each is compiled once."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

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
    for name in ("day", "short_day", "day_with_year", "weekday", "weekday_and_day", "number", "clock", "both"):
        environment.filters[name] = getattr(language, name)
    return environment
