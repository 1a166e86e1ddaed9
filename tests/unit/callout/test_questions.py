"""Questions that do not come from a server, or not for this callout, get no answer and break nothing."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from nats.aio.msg import Msg

from events.log.client.nkeys import public_text
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


def refusal(message: bytes) -> str | None:
    """Why a question is refused; None where it is read."""
    try:
        read(message)
    except BadRequest as refused:
        return str(refused)
    return None


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
            {"nats": {"user_nkey": SERVER_ID}},
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


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.sampled_from([SERVER_ID, USER_NKEY, KEYS.issuer, "t" * 20_000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "alg", "x"]), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from(["aud", "iss", "sub", "exp", "iat", "jti"]),
    st.sampled_from(["server_id", "user_nkey", "client_info", "connect_opts", "type", "version"]),
    ANYTHING,
    st.booleans(),
)
def test_anything_in_the_place_of_a_claim_is_read_or_refused_with_a_sentence(
    claim: str, below: str, value: object, is_below: bool
) -> None:
    said = refusal(question(**({"nats": {below: value}} if is_below else {claim: value})))
    assert said is None or said.endswith(".")


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


def part(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def signed_by_the_server(claims: bytes, head: bytes = b'{"typ":"JWT","alg":"ed25519-nkey"}') -> bytes:
    """A token whose parts are any bytes, with a signature that is right."""
    content = part(head) + b"." + part(claims)
    return content + b"." + part(SERVER.sign(content).signature)


ISSUED = b'{"iss":"%b"' % SERVER_ID.encode()
NONE = "is none, or its signature is wrong"
NOT_AS_IT_HAS_TO_BE = "is not as it has to be"


def secret_question(**changed: Any) -> bytes:
    """A question with a token that must be in no line, and that is not over when a test begins."""
    return question("a-secret", **{"exp": 2**40} | changed)


RUBBISH: Mapping[str, tuple[bytes, str | None, str]] = {
    "nothing": (b"", None, NONE),
    "bytes": (bytes(range(256)), None, NONE),
    "words": (b"a-secret", None, NONE),
    "JSON": (b'{"token":"a-secret"}', None, NONE),
    "empty parts": (b"..", None, NONE),
    "two parts": (secret_question().rpartition(b".")[0], None, NONE),
    "four parts": (b"e30." + secret_question(), None, NONE),
    "a head that is a list": (signed_by_the_server(ISSUED + b"}", b"[]"), None, NONE),
    "a head without an algorithm": (signed_by_the_server(ISSUED + b"}", b"{}"), None, NONE),
    "another algorithm": (signed_by_the_server(ISSUED + b"}", b'{"alg":"none"}'), None, "is not signed with"),
    "claims that are no JSON": (signed_by_the_server(ISSUED), None, NONE),
    "claims that are no object": (signed_by_the_server(b"7"), None, NONE),
    "claims of one name": (signed_by_the_server(ISSUED + b"}"), None, NOT_AS_IT_HAS_TO_BE),
    "claims a thousand deep": (signed_by_the_server(ISSUED + b',"nats":' + b"[" * 1000), None, NONE),
    "a half of a character": (signed_by_the_server(ISSUED + b',"aud":"\\ud800"}'), None, NONE),
    "a moment that is no whole number": (secret_question(exp=1.5), None, "(exp)"),
    "a token too long": (
        secret_question(options={"auth_token": "a-secret" * 10_000}),
        None,
        "(nats.connect_opts.auth_token)",
    ),
    "another issuer's": (secret_question(sub="A"), None, "for an issuer with another key"),
    "another server's": (secret_question(nats={"server_id": {"id": "a"}}), None, "by another server"),
    "one that is over": (secret_question(exp=1), None, "had given it up"),
    "a server's key for a client": (secret_question(nats={"user_nkey": SERVER_ID}), None, "(`user_nkey`)"),
    "not sealed": (secret_question(), SERVER_XKEY, "is not sealed"),
    "no key": (sealed_question("a-secret"), "a-secret", "names a key that is none"),
    "a key of zeros": (sealed_question("a-secret"), public_text("curve", bytes(32)), "for another key"),
    "cut off": (sealed_question("a-secret")[:40], SERVER_XKEY, "for another key"),
}


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

    @pytest.mark.parametrize("kind", RUBBISH)
    async def test_what_cannot_be_read_gets_none_and_a_line_that_says_why(
        self, answering: Answering, sent: dict[str, bytes], caplog: pytest.LogCaptureFixture, kind: str
    ) -> None:
        message, server_key, why = RUBBISH[kind]
        answering.take(self.asked("x", message, {SERVER_KEY: server_key} if server_key is not None else None))
        await answering.finish()
        assert sent == {}
        (line,) = caplog.records
        assert why in line.getMessage()
        assert line.exc_info is None
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
