"""GET …/session: pages to print and to look at together, for one patient, or for all who have a review on a day."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from pydantic import Field
from starlette.responses import Response

from events.vocabulary import Token
from projections.goal_state.quarantined import unread_goals
from services.gateway.asking import Asks
from services.gateway.gateway import Here
from services.gateway.pages import addresses
from services.gateway.pages.rendering import Page, Shows
from services.gateway.pages.session.sheet_size import Form
from services.gateway.parameters import FromDay, Org, Patient, SessionsQuery
from services.gateway.problems import RequestRefused
from services.gateway.routes.sessions import session_found, sessions_found
from services.gateway.routing import Query, Router

router = Router()

FORMS: tuple[Form, ...] = ("usual", "large", "simple")


class SessionPageQuery(FromDay):
    """What of a page for a talk is asked for."""

    form: Form | None = Field(None, description="How it is set; as the plan's accommodations ask for by default.")
    goal: Token | None = Field(None, description="Only the page of this goal.")


class SessionsPageQuery(SessionsQuery):
    """Whose pages are asked for, and how they are set."""

    form: Form | None = Field(None, description="How they are set; as each plan asks for by default.")


class _Choice(NamedTuple):
    """A form that can be chosen."""

    name: str
    address: str
    is_chosen: bool


@router.get(addresses.SESSION, include_in_schema=False)
async def session_page(
    here: Here, page: Shows, org: Org, patient: Patient, query: Annotated[SessionPageQuery, Query()]
) -> Response:
    """The pages of one patient."""
    from services.gateway.pages.session.view import sheets, usual_form  # noqa: PLC0415 - Babel, for pages alone

    found = await session_found(here, org, patient, query)
    if query.goal is not None:
        found["sheets"] = [each for each in found["sheets"] if each["goal"] == query.goal]
        if not found["sheets"]:
            raise RequestRefused("http.not_found", "There is no sheet of such a goal.")
    unread = await here.read(
        "goal_state", org, query.min_position, lambda connection: unread_goals(connection, org, patient)
    )
    language = page.language
    of_patient = addresses.address(addresses.PATIENT, org=org, patient=patient)
    return page.answer(
        "session.html",
        org=org,
        heading=language.gettext("For the session with %(patient)s", patient=patient),
        unread=addresses.of_goals(unread),
        views=sheets(language, [found], query.form, query.day),
        nothing=language.gettext("There is no open goal to print. A page appears as soon as there is one."),
        forms=_forms(page, query.form or usual_form(found["accommodations"]), query),
        choosing=None,
        crumb={"address": of_patient, "name": language.gettext("Back to %(patient)s", patient=patient)},
        following=None,
    )


@router.get(addresses.SESSIONS, include_in_schema=False)
async def sessions_page(
    here: Here, asks: Asks, page: Shows, org: Org, query: Annotated[SessionsPageQuery, Query()]
) -> Response:
    """The pages of all who have a review on a day."""
    from services.gateway.pages.session.view import sheets  # noqa: PLC0415 - as above

    found = await sessions_found(here, asks, org, query)
    unread = await here.read("goal_state", org, query.min_position, lambda connection: unread_goals(connection, org))
    asks.saw(org, {each.patient for each in unread})
    language = page.language
    of_today = addresses.address(addresses.TODAY, org=org)
    following = None
    if found["next"] is not None:
        following = addresses.address(addresses.SESSIONS, org=org, query=_kept(query, cursor=found["next"]))
    return page.answer(
        "session.html",
        org=org,
        heading=_heading(page, query.day),
        unread=addresses.of_goals(unread),
        views=sheets(language, found["items"], query.form, query.day),
        nothing=language.gettext("No review is due on this day. Choose another one."),
        forms=_forms(page, query.form, query, of_several=True),
        choosing=_other_day(query),
        crumb={"address": of_today, "name": language.gettext("Today")},
        following=following,
    )


def _other_day(query: SessionsPageQuery) -> Mapping[str, object]:
    """What the form for another day begins with, and what it keeps of the address."""
    form = {"form": query.form} if query.form else {}
    return {"day": query.day, "kept": _kept(query.model_copy(update={"day": None}), **form)}


def _heading(page: Page, day: date | None) -> str:
    language = page.language
    if day is None:
        return language.gettext("For the sessions of today")
    return language.gettext("For the sessions of %(day)s", day=language.weekday_and_day(day))


def _forms(
    page: Page, chosen: Form | None, query: SessionPageQuery | SessionsPageQuery, *, of_several: bool = False
) -> list[_Choice]:
    """The forms, each with the address of this page in it."""
    language = page.language
    names = {
        "usual": language.gettext("Usual print"),
        "large": language.gettext("Large print"),
        "simple": language.gettext("Simple words and pictures"),
    }
    of_each = [_Choice(language.gettext("As each plan asks"), _here(query), chosen is None)] if of_several else []
    return of_each + [_Choice(names[form], _here(query, form=form), form == chosen) for form in FORMS]


def _here(query: SessionPageQuery | SessionsPageQuery, **given: str) -> str:
    """The address of the same page with another query, as a browser adds it to that of the page."""
    return f"?{urlencode(_kept(query, **given))}"


def _kept(query: SessionPageQuery | SessionsPageQuery, **given: str) -> dict[str, str]:
    """What an address keeps of the query, and what changes of it."""
    said = query.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"form", "cursor"})
    form = {"form": query.form} if "cursor" in given and query.form else {}
    return {**{name: str(value) for name, value in said.items()}, **form, **given}
