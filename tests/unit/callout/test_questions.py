"""Questions that do not come from a server, or not for this callout, get no answer and break nothing."""

import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from nats.aio.msg import Msg

from services.access.callout.answering import Answering
from services.access.callout.connections import Connections
from services.access.callout.jwt import BadJwt, signed, verified
from services.access.callout.keys import CalloutKeys
from services.access.callout.request import BadRequest, read_request
from services.access.callout.sealing import SERVER_KEY, NotForUs, opened, sealed
from tests.integration.callout.configured import StubTokens
from tests.unit.callout.servers import (
    KEYS,
    SERVER,
    SERVER_CURVE,
    SERVER_ID,
    SERVER_XKEY,
    USER_NKEY,
    question,
    sealed_question,
)


def read(message: bytes, server_xkey: str | None = None) -> str:
    return read_request(message, server_xkey, KEYS, time.time()).token


class TestAQuestion:
    def test_is_read(self) -> None:
        request = read_request(question(), None, KEYS, time.time())
        assert (request.server, request.user_nkey, request.cid, request.user) == (SERVER_ID, USER_NKEY, 12, "")
        assert request.is_client
        assert request.token == "word"
        assert "word" not in repr(request)

    def test_is_opened_where_it_is_sealed(self) -> None:
        assert read(sealed_question(), SERVER_XKEY) == "word"

    def test_has_the_token_in_the_place_of_a_password_too(self) -> None:
        request = read_request(question(options={"user": "org.a", "pass": "word"}), None, KEYS, time.time())
        assert (request.user, request.token) == ("org.a", "word")

    @pytest.mark.parametrize(
        "changed",
        [
            {"aud": "somebody"},
            {"sub": "A" * 56},
            {"exp": 1},
            {"exp": "soon"},
            {"iss": USER_NKEY},
            {"iss": 7},
            {"nats": {"type": "user"}},
            {"nats": {"version": 1}},
            {"nats": {"user_nkey": ""}},
            {"nats": {"server_id": {"id": "N" * 56}}},
            {"nats": {"connect_opts": []}},
            {"nats": {"client_info": {"id": "many"}}},
            {"options": {"auth_token": "t" * 20_000}},
            {"options": {"auth_token": 7}},
        ],
        ids=str,
    )
    def test_that_is_not_as_it_has_to_be_is_refused(self, changed: dict[str, Any]) -> None:
        with pytest.raises(BadRequest):
            read(question(**changed))

    def test_that_was_altered_is_refused(self) -> None:
        head, claims, signature = question().split(b".")
        for wrong in (b".".join([head, claims + b"A", signature]), b".".join([head, claims, signature[:-4]])):
            with pytest.raises(BadRequest):
                read(wrong)

    def test_that_somebody_else_has_signed_is_refused(self) -> None:
        claims = verified(question(), "server")
        with pytest.raises(BadRequest):
            read(signed(claims, SigningKey.generate()).encode())

    def test_with_another_algorithm_is_refused(self) -> None:
        _, claims, _ = question().split(b".")
        head = urlsafe_b64encode(b'{"typ":"JWT","alg":"none"}').rstrip(b"=")
        with pytest.raises(BadRequest):
            read(b".".join([head, claims, b""]))

    @pytest.mark.parametrize("message", [b"", b"xkv1", sealed_question()[:-1], sealed_question()[4:], question()])
    def test_that_cannot_be_opened_is_refused(self, message: bytes) -> None:
        with pytest.raises(BadRequest):
            read(message, SERVER_XKEY)

    @pytest.mark.parametrize("key", ["", "X", SERVER_ID])
    def test_that_names_no_key_is_refused(self, key: str) -> None:
        with pytest.raises(BadRequest):
            read(sealed_question(), key)

    @given(st.binary(max_size=300))
    def test_of_any_bytes_is_refused(self, message: bytes) -> None:
        for key in (None, SERVER_XKEY):
            with pytest.raises(BadRequest):
                read(message, key)


@given(st.binary(max_size=200), st.sampled_from([b"", b"e30.e30.", b"W10.W10.W10", b"e30.W10.e30"]))
def test_no_bytes_are_a_token_that_nobody_has_signed(message: bytes, beside: bytes) -> None:
    for each in (message, beside + message, message + beside):
        with pytest.raises(BadJwt):
            verified(each, "server")


def test_what_is_sealed_for_one_is_not_opened_by_another() -> None:
    other = CalloutKeys.generated()
    assert opened(sealed(b"words", KEYS.xkey, SERVER_CURVE), SERVER_XKEY, KEYS.curve) == b"words"
    with pytest.raises(NotForUs):
        opened(sealed(b"words", other.xkey, SERVER_CURVE), SERVER_XKEY, KEYS.curve)


class TestAnswers:
    @pytest.fixture
    def sent(self) -> dict[str, bytes]:
        """What was answered, by the subject of the answer."""
        return {}

    @pytest.fixture
    def answering(self, sent: dict[str, bytes]) -> Answering:
        async def send(subject: str, answer: bytes) -> None:
            sent[subject] = answer

        return Answering(StubTokens(), {}, KEYS, Connections(), send)

    def asked(self, reply: str, data: bytes, headers: dict[str, str] | None = None) -> Msg:
        return Msg(_client=None, subject="x", reply=reply, data=data, headers=headers)  # type: ignore[arg-type]  # nobody answers through it

    async def test_what_cannot_be_read_gets_none(
        self, answering: Answering, sent: dict[str, bytes], caplog: pytest.LogCaptureFixture
    ) -> None:
        answering.take(self.asked("nothing", b""))
        answering.take(self.asked("bytes", b"a-secret"))
        answering.take(self.asked("not sealed", b"a-secret", {SERVER_KEY: "a-secret"}))
        answering.take(self.asked("for another", question("a-secret", sub="A")))
        await answering.finish()
        assert sent == {}
        assert len(caplog.records) == 4
        assert "a-secret" not in caplog.text

    async def test_what_can_be_read_gets_one_that_is_sealed_if_it_was(
        self, answering: Answering, sent: dict[str, bytes]
    ) -> None:
        answering.take(self.asked("clear", question("unknown")))
        answering.take(self.asked("sealed", sealed_question("unknown"), {SERVER_KEY: SERVER_XKEY}))
        await answering.finish()
        for answer in (sent["clear"], opened(sent["sealed"], KEYS.xkey, SERVER_CURVE)):
            claims = verified(answer, "account")
            assert (claims["iss"], claims["sub"], claims["aud"]) == (KEYS.issuer, USER_NKEY, SERVER_ID)
            assert claims["nats"] == {
                "type": "authorization_response",
                "version": 2,
                "error": "access.token_invalid: The token is not one that this Cairn accepts.",
            }

    @pytest.mark.parametrize("client", [{"kind": "Leafnode"}, {"type": "mqtt"}, {"type": "websocket"}])
    async def test_what_is_no_client_of_nats_is_refused(
        self, answering: Answering, sent: dict[str, bytes], client: dict[str, str]
    ) -> None:
        answering.take(self.asked("other", question("unknown", client=client)))
        await answering.finish()
        assert "are not admitted" in verified(sent["other"], "account")["nats"]["error"]


def test_a_server_key_is_no_users_key() -> None:
    assert verified(signed({"iss": SERVER_ID}, SERVER).encode(), "server") == {"iss": SERVER_ID}
    with pytest.raises(BadJwt):
        verified(signed({"iss": SERVER_ID}, SERVER).encode(), "user")
