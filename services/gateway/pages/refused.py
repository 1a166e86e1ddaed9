"""A refusal as a page: what is known, and what to do, in the reader's language.

The sentences are of the code alone. What a program is told beside them may name what somebody has asked for, and is in
English, so it stays out; but for the event that is held back, where there is one, and the code's own word for why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from services.gateway.pages.navigation import org_of
from services.gateway.pages.rendering import Page
from services.gateway.pages.signing_in import sign_in_page
from services.gateway.problems import RETRY_AFTER_SECONDS, RequestRefused, problem_response


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says of a refusal, in the source language; the template translates it.

    Attributes:
        title: The heading.
        known: What is known.
        to_do: What whoever reads it can do.
        asks_again: Whether the page asks again by itself, as it may soon be otherwise.
    """

    title: str
    known: str
    to_do: str
    asks_again: bool = False

    @property
    def names_code(self) -> bool:
        """Whether the code stands behind what to do."""
        return self.to_do == _TELL


def _(text: str) -> str:
    """Marks a text for translation that is translated later."""
    return text


_SOON = _("Nothing is lost. This page asks again by itself; leave it open, or load it again.")
_TELL = _("Tell whoever runs Cairn, and name this code:")

_BY_CODE: Mapping[str, Said] = {
    "access.denied": Said(
        _("Not for this sign-in"),
        _("Whoever is signed in here may not read this page."),
        _("Sign in as somebody who may, or ask whoever gives out the roles in your organisation."),
    ),
    "access.scope_missing": Said(
        _("Not for this sign-in"),
        _("This sign-in is for a program that may read less than this page shows."),
        _("Sign out, and sign in again as yourself."),
    ),
    "access.unavailable": Said(
        _("Cairn cannot tell who is asking"),
        _("Whoever keeps the sign-ins does not answer at the moment, so nothing is shown to anybody."),
        _SOON,
        asks_again=True,
    ),
    "access.not_recorded": Said(
        _("Cairn shows nothing that it cannot note down"),
        _("Whoever looks at a patient’s page is noted down first. That does not work at the moment."),
        _SOON,
        asks_again=True,
    ),
    "access.sign_in_refused": Said(
        _("This sign-in has ended"),
        _("A sign-in is finished once, within minutes, in the browser that began it. This one was used or is too old."),
        _("Begin again. Where Cairn runs, “cairn sign-in” prints a new link."),
    ),
    "access.sign_in_too_long": Said(
        _("This sign-in does not fit"),
        _("Your sign-in holds more than a browser keeps, as it lists very many groups or roles."),
        _("Ask whoever runs the sign-in to name fewer of them to Cairn."),
    ),
    "access.sign_in_unprotected": Said(
        _("Cairn is not asked over a protected connection"),
        _("This address begins with http, so anybody in between could read along and sign in as you."),
        _("Use the address that begins with https. Whoever runs Cairn sets it with CAIRN_PUBLIC_URL."),
    ),
    "projection.behind": Said(
        _("Not up to date yet"),
        _("Something was recorded that this page does not show yet."),
        _SOON,
        asks_again=True,
    ),
    "projection.unavailable": Said(
        _("Cairn cannot show this now"),
        _("What was recorded is safe. What is shown is made from that, and cannot be read or is being made anew."),
        _SOON,
        asks_again=True,
    ),
    "projection.quarantined": Said(
        _("This goal is recorded, and cannot be shown"),
        _("One of its events could not be read. All that was recorded is kept. Lists and sheets go without it."),
        _TELL,
    ),
    "log.unavailable": Said(
        _("Cairn cannot read its record now"),
        _("What was recorded is safe, and cannot be reached at the moment."),
        _SOON,
        asks_again=True,
    ),
    "log.unreadable": Said(
        _("A part of the record cannot be read"),
        _("This version of Cairn cannot read an event on which this page depends. It is kept as it was recorded."),
        _TELL,
    ),
    "http.not_found": Said(
        _("Nothing is here"),
        _("There is no such page, or no such patient or goal among those that you may read."),
        _("Compare the address with the one you were given, or begin at the first page."),
    ),
    "http.host": Said(
        _("Not by this name"),
        _("This Cairn does not answer at the address that you have asked."),
        _("Use the address that you were given. Whoever runs Cairn sets it with CAIRN_PUBLIC_URL."),
    ),
    "http.origin": Said(
        _("Another page has asked for this"),
        _("A page of another address tried to do something here in your name. Nothing was done."),
        _("If you wanted it, do it on the page of Cairn itself."),
    ),
    "org.unknown": Said(
        _("Nothing is here"),
        _("This Cairn knows no organisation of that name."),
        _("Compare the address with the one you were given, or begin at the first page."),
    ),
}
_BY_STATUS: Mapping[int, Said] = {
    HTTPStatus.UNPROCESSABLE_ENTITY: Said(
        _("The address asks for something that is not there"),
        _("A part of the address, or of what was filled in, cannot be used."),
        _("Go back and choose again, or begin at the first page."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Said(
        _("Nothing is here to look at"),
        _("This address is only for sending something."),
        _("Go back, or begin at the first page."),
    ),
    HTTPStatus.NOT_FOUND: _BY_CODE["http.not_found"],
    HTTPStatus.FORBIDDEN: _BY_CODE["access.denied"],
    HTTPStatus.SERVICE_UNAVAILABLE: _BY_CODE["projection.unavailable"],
}
_OTHERWISE = Said(
    _("Cairn has made a mistake"),
    _("This page could not be made. What was recorded is safe."),
    _TELL,
)


def said_of(code: str, status: int) -> Said:
    """What a page says of a refusal."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _BY_STATUS.get(status, _BY_STATUS[HTTPStatus.UNPROCESSABLE_ENTITY])
    return _BY_STATUS.get(status, _OTHERWISE)


def refused_page(scope: Scope, refused: RequestRefused) -> Response:
    """The page of a refusal; whoever is not known is asked to sign in, and comes back."""
    try:
        answer = _page(scope, refused)
    except Exception:  # noqa: BLE001 - whatever keeps the page from being made, the refusal itself is told
        return problem_response(refused)
    if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    answer.headers.update(refused.headers)
    return answer


def _page(scope: Scope, refused: RequestRefused) -> Response:
    page = Page(Request(scope))
    problem = refused.problem
    if refused.status == HTTPStatus.UNAUTHORIZED:
        return sign_in_page(page, page.here, refused.status, code=problem.code)
    return page.answer(
        "refused.html",
        org=org_of(page.principal, scope.get("path_params", {}).get("org")),
        status=refused.status,
        said=said_of(problem.code, refused.status),
        code=problem.code,
        held_back=refused.held_back,
        fields=[each.field for each in problem.errors if each.field],
        seconds=RETRY_AFTER_SECONDS,
    )
