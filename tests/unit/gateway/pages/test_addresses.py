"""Where a browser is sent on to: a path of this gateway, and nowhere else."""

import pytest

from services.gateway.pages.addresses import HOME, is_page, own_path


@pytest.mark.parametrize(
    "path",
    ["/", "/clinic/northside/today", "/clinic/n/audit?q=a%20b&from=2026-01-01", "/operations", "/docs#x", "/a/../b"],
)
def test_a_path_of_this_gateway_is_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "clinic",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\/elsewhere.example",
        "https://elsewhere.example/",
        "javascript:alert(1)",
        " //elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "/a b",
        "/é",
        "/a\\b",
        "/\x00",
        "/" + "a" * 2000,
        "/sign-in",
        "/sign-in/link/0123",
        "/sign-out",
        "/language?x",
    ],
)
def test_whatever_could_lead_elsewhere_leads_to_the_first_page(given: str | None) -> None:
    assert own_path(given) == HOME


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/", True),
        ("/clinic/n/today", True),
        ("/docs", True),
        ("/docs/events", True),
        ("/sign-in", True),
        ("/clinical", False),
        ("/v1/projections", False),
        ("/fhir/R4/Goal", False),
        ("/openapi.json", False),
        ("/static/0/style.css", False),
    ],
)
def test_what_people_look_at_is_told_from_what_programs_read(path: str, is_one: bool) -> None:
    assert is_page(path) is is_one
