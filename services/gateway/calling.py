"""Calling endpoints: what each asks for is read once, from its signature, by the marks that describe it in OpenAPI.

FastAPI describes the endpoints. It does not serve them: finding a route and the arguments of its function took it
longer than everything that Cairn does for a reading, and whoever judged the request knows the address already.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from events.wrong_values import WrongValue, wrong_values
from services.access.records.recorder import AccessRecorder
from services.gateway.access.operations import Operation
from services.gateway.access_records import is_answered_soon, purpose_of, record_reading
from services.gateway.handlers import failure_answer
from services.gateway.routing import ArgumentsInvalid, Depends, Header, Query, Router
from services.gateway.unchanged import has_etag, unless_unchanged

# Any below: functions of every signature are called here, and with whatever their arguments are.
_Errors = list[WrongValue]
_Way = Callable[[Request, _Errors], Any]
"""How one argument is found in a request; what is wrong with it is added to the errors."""


class Endpoints:
    """The ASGI application behind the door: calls the endpoint of the operation that a request was judged by.

    An answer that tells something about patients goes out once the reading is recorded.

    Args:
        application: What endpoints find as `request.app`.
        calls: Of :func:`calls_of`.
        recorder: Records what is read.
    """

    def __init__(self, application: object, calls: "Mapping[tuple[str, str], Call]", recorder: AccessRecorder):
        self._application = application
        self._calls = calls
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope["app"] = self._application
        request = Request(scope, receive, send)
        if is_answered_soon(scope):
            with self._recorder.expecting():
                answer = await self._answer(request)
        else:
            answer = await self._answer(request)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        scope = request.scope
        operation: Operation = scope["state"]["operation"]
        try:
            purpose_of(scope)  # what names none that there is is not even read
            answer: Response = await self._calls[operation.method, operation.path](request)
            if has_etag(operation):
                answer = unless_unchanged(scope, answer)
            await record_reading(self._recorder, scope, answer.status_code)
        except Exception as error:
            found = await failure_answer(request, error)
            if found is None:
                raise
            return found
        return answer


class Call:
    """A function whose arguments come from requests.

    They are marked (`routing.py`): `Query` with a model of all parameters, `Header`, and `Depends` with a function
    whose arguments are found in the same way. A `Request` is the request itself; the rest is named in the path.

    Attributes:
        function: The function.
        is_plain: Whether it has nothing to wait for: neither itself nor an argument that another function gives.
    """

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self._is_async = inspect.iscoroutinefunction(function)
        self._ways: list[tuple[str, _Way]] = []
        self._calls: list[tuple[str, Call]] = []
        hints = get_type_hints(function, include_extras=True)
        for name, parameter in inspect.signature(function).parameters.items():
            wanted = hints[name]
            mark = _mark(wanted)
            if isinstance(mark, Depends):
                self._calls.append((name, Call(mark.function)))
            else:
                self._ways.append((name, _way(name, wanted, mark, parameter.default)))
        self.is_plain = not self._is_async and not self._calls

    async def __call__(self, request: Request) -> Any:
        """What the function answers.

        Raises:
            ArgumentsInvalid: the request does not say what the function asks for, or something else.
        """
        errors: _Errors = []
        found = self.arguments(request, errors)
        if errors:
            raise ArgumentsInvalid(errors)
        return await self.answer(request, found)

    def arguments(self, request: Request, errors: _Errors) -> dict[str, Any]:
        """What the request gives of the arguments; for one that another function gives, the arguments of that."""
        found: dict[str, Any] = {name: call.arguments(request, errors) for name, call in self._calls}
        for name, way in self._ways:
            found[name] = way(request, errors)
        return found

    async def answer(self, request: Request, found: dict[str, Any]) -> Any:
        """What the function answers, with what :meth:`arguments` found."""
        for name, call in self._calls:
            given = found[name]
            found[name] = call.function(**given) if call.is_plain else await call.answer(request, given)
        answer = self.function(**found)
        return await answer if self._is_async else answer


def calls_of(routers: Iterable[Router]) -> Mapping[tuple[str, str], Call]:
    """How each endpoint is called, by its method and address."""
    return {(route.method, route.path): Call(route.endpoint) for router in routers for route in router.routes}


def _mark(wanted: Any) -> Any:
    """Where an argument is, by its mark; None where it has none."""
    if get_origin(wanted) is not Annotated:
        return None
    marks = (each for each in reversed(get_args(wanted)[1:]) if isinstance(each, Depends | Header | Query))
    return next(marks, None)


def _way(name: str, wanted: Any, mark: Any, default: Any) -> _Way:
    if wanted is Request:
        return lambda request, _: request
    if isinstance(mark, Query):
        return _from_query(get_args(wanted)[0])
    if isinstance(mark, Header):
        return _from_header(name, _adapter(wanted), default)
    return _from_path(name, _adapter(wanted))


@cache
def _adapter(wanted: Any) -> TypeAdapter[Any]:
    """What many endpoints ask for, as an id, is worked out once."""
    return TypeAdapter(wanted)


def _from_path(name: str, adapter: TypeAdapter[Any]) -> _Way:
    validate = adapter.validator.validate_python

    def find(request: Request, errors: _Errors) -> Any:
        try:
            return validate(request.scope["path_params"][name])
        except ValidationError as error:
            _note(errors, error, "path", name)

    return find


def _from_header(name: str, adapter: TypeAdapter[Any], default: Any) -> _Way:
    header = name.replace("_", "-")

    def find(request: Request, errors: _Errors) -> Any:
        given = request.headers.get(header)
        if given is None:
            return default
        try:
            return adapter.validator.validate_python(given)
        except ValidationError as error:
            _note(errors, error, "header", header)

    return find


def _from_query(model: type[BaseModel]) -> _Way:
    of_nothing = _of_nothing(model)
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    lists = {name for name, field in fields.items() if get_origin(field.annotation) is list}
    once = fields.keys() - lists

    def find(request: Request, errors: _Errors) -> Any:
        query: bytes = request.scope["query_string"]
        if not query and of_nothing is not None:
            return of_nothing
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        given: dict[str, object] = dict(pairs)
        for name in lists.intersection(given):
            given[name] = [value for each, value in pairs if each == name]
        if len(given) < len(pairs):  # nothing says which one counts
            values = set(pairs)
            doubled = [name for name in given if name in once and sum(name == each for each, _ in values) > 1]
            errors += [WrongValue(("query", name), "given_twice", "Give it once.") for name in doubled]
        try:
            return model.__pydantic_validator__.validate_python(given)
        except ValidationError as error:
            _note(errors, error, "query")

    return find


def _of_nothing(model: type[BaseModel]) -> BaseModel | None:
    """What an address without a query asks for, as most are; None where something has to be said, or may change."""
    if not model.model_config.get("frozen"):
        return None
    try:
        return model.model_validate({})
    except ValidationError:
        return None


def _note(errors: _Errors, error: ValidationError, *where: str) -> None:
    errors += [each._replace(where=(*where, *each.where)) for each in wrong_values(error)]
