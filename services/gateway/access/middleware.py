"""The door: no endpoint is reached before it is known who asks and the policy has allowed it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from services.access.authentication import Authenticator, TokenRefused
from services.access.principal import Principal
from services.access.records.recorder import AccessRecorder
from services.gateway.access.bearer import bearer_token, not_accepted
from services.gateway.access.consents import Consents
from services.gateway.access.judging import ReadingRefused, judge
from services.gateway.access.matching import OperationTree
from services.gateway.access.operations import OPERATIONS
from services.gateway.access.sessions import session_token
from services.gateway.access_records import record_refused_reading
from services.gateway.asking import NOBODY, Asking
from services.gateway.pages.addresses import SIGN_OUT, is_page
from services.gateway.problems import RequestRefused
from services.gateway.public_address import base_of
from services.gateway.refusals import refusal_answer

PRINCIPAL = "cairn.principal"
"""Where in the scope a part of the gateway itself says who asks; nothing that comes over HTTP gets there."""


class Access:
    """ASGI middleware that authenticates a request, finds its operation and asks the policy.

    What is not in the table of operations is answered here: no route is reached that has no row. The endpoint finds in
    the state of its request who asks (`asking`) and what was judged (`operation`).

    Who asks is said by a token: in the header Authorization, or in the cookie of a browser's session, which counts for
    what is only read. So a page elsewhere can have a browser submit nothing, whatever else went wrong.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        consents: Consents,
        recorder: AccessRecorder,
        public_url: str | None = None,
        signs_in_at: str | None = None,
    ):
        self._app = app
        self._authenticator = authenticator
        self._consents = consents
        self._recorder = recorder
        self._public_url = public_url
        self._signs_in_at = signs_in_at
        self._operations = OperationTree(OPERATIONS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            await self._let_in(scope)
        except RequestRefused as refused:
            if isinstance(refused, ReadingRefused):
                await record_refused_reading(self._recorder, scope, refused)
            await refusal_answer(scope, refused)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope) -> None:
        """Judge a request, and note what was judged.

        Raises:
            RequestRefused: there is nothing at its address, or whoever asks is not known, or may not have it.
        """
        state = scope.setdefault("state", {})
        state["signs_in_at"] = self._signs_in_at
        matched = self._operations.find(scope["method"], scope["path"])
        if matched is None:
            state["asking"] = Asking(await self._who_looks(scope, scope["path"]))
            detail = "There is nothing at this address; /openapi.json lists what there is."
            raise RequestRefused("http.not_found", detail)
        operation = matched.operation
        if operation is None:
            methods = {*matched.methods, "HEAD"} if "GET" in matched.methods else matched.methods
            allow = ", ".join(sorted(methods))
            detail = f"This address does not take {scope['method']}; it takes {allow}."
            raise RequestRefused("http.method_not_allowed", detail, headers={"allow": allow})
        scope["route"] = operation  # the counters name its template, also when it is refused
        state["operation"] = operation
        scope["path_params"] = named = matched.named
        if operation.reading == "open":
            state["asking"] = Asking(await self._who_looks(scope, operation.path))
            return

        async def judge_again() -> None:
            again = Asking(await self._principal(scope), consents=self._consents)
            await judge(again, operation, named, scope["query_string"])

        principal = await self._principal(scope)
        state["asking"] = asks = Asking(principal, consents=self._consents, judge_again=judge_again)
        await judge(asks, operation, named, scope["query_string"])

    async def _principal(self, scope: Scope) -> Principal:
        known: Principal | None = scope.get(PRINCIPAL)
        if known is not None:
            return known
        token = self._session(scope) if scope["method"] == "GET" else None
        if token is None:
            token = bearer_token(scope["headers"], scope["query_string"])
        try:
            return await self._authenticator.principal(token)
        except TokenRefused as refusal:
            raise not_accepted(refusal) from None

    async def _who_looks(self, scope: Scope, path: str) -> Principal:
        """Whoever has a session and looks at a page that is open to all; it only says so, and is judged by nothing."""
        reads = scope["method"] == "GET" or path == SIGN_OUT
        token = self._session(scope) if reads and is_page(path) else None
        if token is None:
            return NOBODY
        try:
            return await self._authenticator.principal(token)
        except TokenRefused:
            return NOBODY

    def _session(self, scope: Scope) -> str | None:
        if not any(name == b"cookie" for name, _ in scope["headers"]):
            return None
        return session_token(scope["headers"], base_of(scope, self._public_url))
