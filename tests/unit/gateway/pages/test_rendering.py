"""What the templates write by."""

import pytest

from services.gateway.pages.rendering import unbroken


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Waits for cl-03’s answer", 'Waits for <span class="together">cl-03</span>’s answer'),
        ("With pt-7f3a · day", 'With <span class="together">pt-7f3a</span> · day'),
        ("A long-term goal", "A long-term goal"),
        (f"With cl-{'9' * 30}", f"With cl-{'9' * 30}"),
        ("<b>cl-1</b> & you", '&lt;b&gt;<span class="together">cl-1</span>&lt;/b&gt; &amp; you'),
    ],
)
def test_no_line_ends_within_an_id_that_has_room_on_one(text: str, html: str) -> None:
    assert unbroken(text) == html
