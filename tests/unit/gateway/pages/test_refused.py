"""A refusal as a page: it says what is known and what to do, and nothing of what was asked for."""

import re
from typing import Any

import pytest

from events.codes import CODES
from events.errors import FieldError
from services.gateway.pages import refused as pages
from services.gateway.pages.refused import said_of
from services.gateway.problems import HTTP_STATUS, RequestRefused
from services.gateway.refusals import REFUSED_PAGE, refusal_answer
from tests.tokens import EVERYONE

TODAY = "/clinic/northside/today"
WORDS = "I want <b>to sleep</b>"


def scope(path: str = TODAY, query: bytes = b"", **headers: str) -> dict[str, Any]:
    given = {"host": "localhost", **headers}
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
        "server": ("localhost", 80),
        "scheme": "http",
        REFUSED_PAGE: pages.refused_page,
    }


def shown(refused: RequestRefused, at: dict[str, Any] | None = None) -> str:
    answer = refusal_answer(at or scope(), refused)
    assert answer.status_code == refused.status
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    return bytes(answer.body).decode()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_is_a_page_with_its_code_and_without_its_detail(code: str) -> None:
    page = shown(RequestRefused(code, WORDS))

    assert f"<code>{code}</code>" in page
    assert "to sleep" not in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("code", sorted(CODES))
def test_its_sentences_are_short(code: str) -> None:
    said = said_of(code, HTTP_STATUS[CODES[code].kind])
    for sentence in re.split(r"(?<=[.;:]) ", f"{said.known} {said.to_do}"):
        assert len(sentence.split()) <= 25, sentence


def test_it_is_in_the_readers_language() -> None:
    spanish = shown(RequestRefused("http.not_found", "x"), scope(cookie="cairn-language=es"))

    assert '<html lang="es">' in spanish
    assert "Aquí no hay nada" in spanish


def test_what_may_soon_be_otherwise_asks_again() -> None:
    answer = refusal_answer(scope(), RequestRefused("projection.unavailable", "x"))
    page = bytes(answer.body).decode()

    assert answer.headers["retry-after"]
    assert "again.js" in page
    assert "again.js" not in shown(RequestRefused("http.not_found", "x"))


def test_names_of_parameters_are_escaped() -> None:
    page = shown(RequestRefused("request.invalid", "x", [FieldError("<script>", "x")]))

    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_whoever_is_not_known_is_asked_to_sign_in_and_comes_back() -> None:
    at = scope(query=b"clinician=cl-11")
    at["state"] = {"signs_in_at": "login.example"}
    page = shown(RequestRefused("access.token_missing", "x"), at)

    assert "/sign-in/start?to=%2Fclinic%2Fnorthside%2Ftoday%3Fclinician%3Dcl-11" in page
    assert "login.example" in page


def test_whose_session_has_ended_is_told_so() -> None:
    assert "that has ended" in shown(RequestRefused("access.token_expired", "x"))
    assert "that has ended" not in shown(RequestRefused("access.token_missing", "x"))


@pytest.mark.parametrize(
    ("accept", "media"), [("text/html,*/*;q=0.1", "text/html"), ("*/*", "application/problem+json")]
)
def test_at_an_address_of_nothing_a_browser_gets_a_page_and_a_program_a_problem(accept: str, media: str) -> None:
    answer = refusal_answer(scope("/nothing", accept=accept), RequestRefused("http.not_found", "x"))

    assert answer.headers["content-type"].partition(";")[0] == media


def test_a_page_that_cannot_be_made_is_a_problem_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(WORDS)

    monkeypatch.setattr(pages, "said_of", fail)
    answer = refusal_answer(scope(), RequestRefused("internal.error", "Cairn made a mistake."))

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")


def test_it_leads_to_the_pages_of_an_organisation_only_whom_it_concerns() -> None:
    at = {**scope(), "path_params": {"org": "northside"}}
    at["state"] = {"asking": type("Asking", (), {"principal": EVERYONE})}
    assert '<span class="soft">northside</span>' not in shown(RequestRefused("http.not_found", "x"), at)
    at["state"] = {
        "asking": type("Asking", (), {"principal": EVERYONE.model_copy(update={"orgs": frozenset({"northside"})})})
    }
    assert '<span class="soft">northside</span>' in shown(RequestRefused("http.not_found", "x"), at)
