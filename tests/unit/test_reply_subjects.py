"""Whoever asks names the subject of the answer; it is nowhere that an answer would do harm."""

import pytest

from services.reply_subjects import may_be_answered


@pytest.mark.parametrize(
    "reply", ["", "_INBOX.a.1", "_R_.Xy12.a", "_GR_.abc._INBOX.1", "their.own.answers", "cairns.x"]
)
def test_an_answer_goes_where_those_who_ask_listen(reply: str) -> None:
    assert may_be_answered(reply)


@pytest.mark.parametrize(
    "reply",
    [
        *(
            "cairn.log.northside.pt-1.walk",
            "cairn.feed.northside.pt-1.walk",
            "cairn.submit.northside.pt-1.walk",
            "cairn.",
            "CAIRN_ADMIN.tokens.events.x",
        ),
        *("$JS.API.STREAM.DELETE.CAIRN_LOG", "$KV.cairn_snapshots.a.b.c", "$SYS.REQ.SERVER.PING", "$"),
        *("_INBOX.*", "_INBOX.>", ">", "*.log.a.b.c"),
        *("_INBOX.a b", "_INBOX.a\tb", "_INBOX.a\r\nPUB x 0", "_INBOX.\x00"),
    ],
)
def test_an_answer_goes_neither_into_the_log_nor_to_the_server(reply: str) -> None:
    assert not may_be_answered(reply)
