"""GET /templates: goal templates that come with Cairn."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from events.vocabulary import Horizon, Kind, LifeArea, Token
from services.gateway.answers import json_answer
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.models import ListOf
from services.gateway.parameters import Read
from services.gateway.problems import HTTP_STATUS, RequestRefused
from services.gateway.routing import Path, Query, Router
from services.templates.library import library
from services.templates.template import Framework, GoalTemplate

router = Router(prefix="/v1/templates", tags=["read"])

TemplateId = Annotated[Token, Path(description="The template's id.", examples=["attend-groups"])]


class TemplateEntry(BaseModel):
    """A template in a list, in its latest version."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    id: str
    version: int
    title: str
    about: str
    life_area: LifeArea
    kind: Kind
    horizon: Horizon
    frameworks: list[Framework] = Field(description="What its proposal is worked out as.")


class TemplateList(ListOf[TemplateEntry]):
    """Templates by life area and title; all of them, as there are few."""


class TemplateReading(GoalTemplate):
    """A template: questions, and a proposal that lacks only the patient's own words."""

    model_config = ConfigDict(defer_build=True)

    versions: list[int] = Field(description="Every version that there is.")


class TemplatesQuery(Read):
    """Which templates. There is no log behind them, so there is no position to wait for."""

    life_area: LifeArea | None = None
    framework: Framework | None = Field(None, description="Only those that are worked out as this.")


class TemplateQuery(Read):
    """Which version of a template."""

    version: int | None = Field(None, ge=1, le=2**31, description="The latest when it is not given.")


@router.get(
    "",
    summary="The goal templates",
    response_model=None,
    responses={200: {"model": TemplateList}, **problems(422)},
)
async def templates(here: Here, query: Annotated[TemplatesQuery, Query()]) -> Response:
    """Every template in its latest version."""
    found = [
        {
            **template.model_dump(mode="json", include={"id", "version", "title", "about"}),
            **template.proposal.model_dump(mode="json", include={"life_area", "kind", "horizon"}),
            "frameworks": template.frameworks,
        }
        for template in library().latest()
        if query.life_area in (None, template.proposal.life_area)
        and (query.framework is None or query.framework in template.frameworks)
    ]
    return json_answer({"items": found, "next": None})


@router.get(
    "/{template}",
    summary="One goal template",
    response_model=None,
    responses={200: {"model": TemplateReading}, **problems(404, 422)},
)
async def one_template(here: Here, template: TemplateId, query: Annotated[TemplateQuery, Query()]) -> Response:
    """The questions to ask, and what to put into `cairn.goal.proposed.v1` beside the patient's own `statement`."""
    found = library().find(template, query.version)
    if found is None:
        detail = "There is no such template, or not in this version; see /v1/templates."
        raise RequestRefused("template.unknown", detail, status=HTTP_STATUS["absent"])
    return json_answer({**found.model_dump(mode="json", exclude_none=True), "versions": library().versions(template)})
