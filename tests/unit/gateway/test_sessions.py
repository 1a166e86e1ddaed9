"""The session of a browser: the names of its cookies, what a browser is told of them, and which requests have one."""

import pytest

from services.gateway.access.sessions import SESSION, cookie, cookie_name, is_protected, session_token, set_cookie

LOCAL, PUBLIC = "http://127.0.0.1:8080", "https://cairn.example.org"
TOKEN = "eyJh.eyJz.c2ln_-"

Headers = list[tuple[bytes, bytes]]


def of_browser(value: str = f"{SESSION}-8080={TOKEN}", **more: str) -> Headers:
    given = {"cookie": value, **{name.replace("_", "-"): text for name, text in more.items()}}
    return [(name.encode(), text.encode()) for name, text in given.items()]


@pytest.mark.parametrize(
    ("base", "name"),
    [
        (PUBLIC, "__Host-cairn-session"),
        ("https://cairn.example.org:8443", "__Host-cairn-session"),
        (LOCAL, "cairn-session-8080"),
        ("http://localhost", "cairn-session-80"),
        ("http://[::1]:9000", "cairn-session-9000"),
    ],
)
def test_a_cookie_is_of_its_host_alone_and_without_https_of_its_port(base: str, name: str) -> None:
    assert cookie_name(SESSION, base) == name


def test_a_session_is_kept_from_scripts_and_from_other_sites_until_the_browser_is_closed() -> None:
    assert (
        set_cookie(SESSION, TOKEN, PUBLIC) == f"__Host-cairn-session={TOKEN}; Path=/; HttpOnly; SameSite=Strict; Secure"
    )
    assert set_cookie(SESSION, TOKEN, LOCAL) == f"cairn-session-8080={TOKEN}; Path=/; HttpOnly; SameSite=Strict"


def test_an_empty_value_takes_a_cookie_away() -> None:
    assert set_cookie(SESSION, "", PUBLIC).endswith("; Secure; Max-Age=0")
    assert set_cookie("other", "x", LOCAL, same_site="Lax", seconds=60).endswith("SameSite=Lax; Max-Age=60")


@pytest.mark.parametrize("value", ["a;b", "a b", "a\r\nb", 'a"', "a,b", "é"])
def test_no_value_ends_the_header_early(value: str) -> None:
    with pytest.raises(ValueError, match="the value of a cookie"):
        set_cookie(SESSION, value, PUBLIC)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (f"{SESSION}-8080={TOKEN}", TOKEN),
        (f"a=b; {SESSION}-8080={TOKEN}; c=d", TOKEN),
        (f"{SESSION}-8080={TOKEN}; {SESSION}-8080=other", None),
        (f"{SESSION}-8081={TOKEN}", None),
        (f"__Host-{SESSION}={TOKEN}", None),
        (f"{SESSION}-8080=", None),
        (f'{SESSION}-8080="{TOKEN}"', None),
        (f"{SESSION}-8080", None),
        ("", None),
    ],
)
def test_a_cookie_counts_where_it_is_there_once(sent: str, found: str | None) -> None:
    assert cookie(of_browser(sent), f"{SESSION}-8080") == found


def test_two_headers_are_read_as_one() -> None:
    twice = [*of_browser("a=b"), *of_browser()]
    assert cookie(twice, f"{SESSION}-8080") == TOKEN


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, TOKEN),
        ({"sec_fetch_site": "same-origin", "sec_fetch_mode": "cors"}, TOKEN),
        ({"sec_fetch_site": "none", "sec_fetch_mode": "navigate"}, TOKEN),
        ({"sec_fetch_site": "same-site", "sec_fetch_mode": "navigate"}, TOKEN),
        ({"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"}, None),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "cors"}, None),
        ({"authorization": "Bearer other"}, None),
        ({"authorization": ""}, None),
    ],
    ids=str,
)
def test_a_session_answers_no_page_of_another_origin_and_nothing_beside_a_token(
    more: dict[str, str], found: str | None
) -> None:
    assert session_token(of_browser(**more), LOCAL) == found


@pytest.mark.parametrize(
    ("base", "protected"),
    [
        (PUBLIC, True),
        (LOCAL, True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://cairn.example.org", False),
        ("http://192.0.2.7:8080", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_a_session_needs_https_or_this_very_machine(base: str, protected: bool) -> None:
    assert is_protected(base) is protected
