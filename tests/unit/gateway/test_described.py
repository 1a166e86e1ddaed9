"""The descriptions are made when somebody asks for them, and a gateway starts without what makes them."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Annotated, cast

from starlette.responses import Response

from events.vocabulary import Token
from services.gateway.app import Application
from services.gateway.gateway import Gateway
from services.gateway.openapi import openapi_document
from services.gateway.routing import Depends, Header, Path, Router


def test_a_gateway_starts_without_what_describes_it() -> None:
    heavy = "{'babel', 'fastapi', 'faststream', 'icalendar', 'jinja2'}"
    program = f"import sys, services.gateway.service; print(sorted({heavy} & sys.modules.keys()))"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)

    assert said.stdout.strip() == "[]"


def test_marks_are_described() -> None:
    def found(org: Annotated[Token, Path(description="The house.", examples=["northside"])]) -> str:
        return org

    async def look(
        org: Annotated[str, Depends(found)],
        seen_last: Annotated[str | None, Header(description="The last one.")] = None,
    ) -> Response:
        """What is there."""
        return Response(f"{org} {seen_last}")

    router = Router(prefix="/v1/{org}", tags=["read"])
    router.get("/there", summary="Look", response_model=None)(look)

    described = openapi_document([router])["paths"]["/v1/{org}/there"]["get"]

    assert (described["summary"], described["description"], described["tags"]) == ("Look", "What is there.", ["read"])
    assert {(each["name"], each["in"], each["required"], each["description"]) for each in described["parameters"]} == {
        ("org", "path", True, "The house."),
        ("seen-last", "header", False, "The last one."),
    }


def test_it_is_made_once() -> None:
    application = Application(cast(Gateway, SimpleNamespace()))

    assert application.openapi is application.openapi
