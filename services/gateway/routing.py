"""Endpoints: the addresses that they are at, and the marks that say where their arguments are in a request.

They read as FastAPI's. FastAPI itself makes the OpenAPI description of them (`openapi.py`) and nothing else, so it is
imported when somebody asks for that: it takes a fifth of a gateway's start and a sixth of its memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from events.errors import CairnError
from events.wrong_values import WrongValue

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])  # Any: endpoints take arguments of every kind


@dataclass(frozen=True, slots=True)
class Query:
    """All parameters of the query, as the model that is marked has them."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header of the request, by the argument's name.

    Attributes:
        description: What it says, for the description.
    """

    description: str


@dataclass(frozen=True, slots=True)
class Path:
    """A part of the address, by the argument's name. One that is not said more about needs no mark.

    Attributes:
        description: What it names, for the description.
        examples: How it may look, for the description.
    """

    description: str
    examples: Sequence[str] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Depends:
    """What a function gives, whose own arguments are found in the same way."""

    function: Callable[..., Any]


class ArgumentsInvalid(CairnError):
    """A request does not say what an endpoint asks for.

    Args:
        errors: Where each is begins with `path`, `query` or `header`.
    """

    def __init__(self, errors: Sequence[WrongValue]):
        self.errors = errors
        super().__init__("the request does not say what is asked for")


class Route(NamedTuple):
    """An endpoint at an address.

    Attributes:
        described: What the description says of it: as FastAPI's `add_api_route` takes it.
    """

    method: str
    path: str
    endpoint: Callable[..., Any]
    described: Mapping[str, Any]


class Router:
    """Endpoints whose addresses begin alike.

    Args:
        prefix: What their addresses begin with.
        described: What is said of all of them: as FastAPI's `APIRouter` takes it.
    """

    def __init__(self, prefix: str = "", **described: Any):
        self.prefix = prefix
        self.described = described
        self.routes: list[Route] = []

    def add(self, path: str, endpoint: Callable[..., Any], method: str = "GET", **described: Any) -> None:
        """Put an endpoint at an address."""
        self.routes.append(Route(method, self.prefix + path, endpoint, described))

    def get(self, path: str, **described: Any) -> Callable[[Endpoint], Endpoint]:
        """Put an endpoint at an address that is read."""
        return self._at(path, "GET", described)

    def post(self, path: str, **described: Any) -> Callable[[Endpoint], Endpoint]:
        """Put an endpoint at an address to which something is posted."""
        return self._at(path, "POST", described)

    def _at(self, path: str, method: str, described: Mapping[str, Any]) -> Callable[[Endpoint], Endpoint]:
        def put(endpoint: Endpoint) -> Endpoint:
            self.add(path, endpoint, method, **described)
            return endpoint

        return put
