"""A FHIR request: its release, form and parameters, and what is agreed with the client about the answer."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from starlette.requests import Request

from events.errors import FieldError
from events.identity import GoalId
from services.fhir.outgoing.elements import VERSIONS, Release
from services.gateway.access.operations import Operation
from services.gateway.asking import Asking, Asks
from services.gateway.bodies import read_body
from services.gateway.gateway import Gateway, Here
from services.gateway.problems import RequestRefused
from services.gateway.public_address import public_base
from services.gateway.refusals import FHIR_ROOT
from services.gateway.routing import Depends, Path

_JSON = frozenset(
    {"json", "application/fhir+json", "application/json", "application/json+fhir", "text/json", "application/*", "*/*"}
)
_REFUSED = re.compile(r"0(\.0{0,3})?", re.ASCII)
"""The quality of a media range that the client does not want (RFC 9110, 12.4.2)."""
MODES = ("full", "normative", "terminology")
"""What the interaction `capabilities` can be asked for (FHIR R4 3.1.0.4)."""
_FORM = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES = 64 * 1024
_MAX_PARAMETERS = 100


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a FHIR endpoint knows of its request.

    Attributes:
        asks: Who asks, and of whom the answer tells something.
        base: The address of the FHIR endpoint as clients know it.
        parameters: The parameters of address and body, without those of every FHIR request.
        lenient: Whether parameters that are not known are to be left out (`Prefer: handling=lenient`) and not refused.
        pretty: Whether the answer is to be indented.
        operation: What the request was found to be.
    """

    here: Gateway
    asks: Asking
    release: Release
    base: str
    parameters: tuple[tuple[str, str], ...]
    lenient: bool
    pretty: bool
    operation: Operation

    def saw(self, *found: GoalId) -> None:
        """Note that the answer tells something about the patients of these goals or plans."""
        for goal_id in found:
            self.asks.saw(goal_id.org, (goal_id.patient,))

    def check_mode(self) -> None:
        """Check the one parameter of the interaction `capabilities`: every mode is answered with the same statement.

        Raises:
            RequestRefused: the mode is unknown, or there are other parameters and the client is not lenient.
        """
        for name, value in self.parameters:
            if name == "mode" and value not in MODES:
                raise invalid(name, f"The mode is one of {', '.join(MODES)}.")
        self.without_parameters("mode")

    def without_parameters(self, *known: str) -> None:
        """Say that the endpoint takes none but those that are named.

        Raises:
            RequestRefused: there are others, and the client is not lenient.
        """
        unknown = [name for name, _ in self.parameters if name not in known]
        if unknown and not self.lenient:
            name = unknown[0]
            detail = "There is no such parameter here; see the CapabilityStatement at metadata."
            raise invalid(name, detail)


async def _exchange(
    here: Here, asks: Asks, request: Request, release: Annotated[Release, Path(description="The FHIR release.")]
) -> Exchange:
    given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if request.method == "POST":
        given += await _form(request)
    if len(given) > _MAX_PARAMETERS:
        raise invalid("", f"A request has at most {_MAX_PARAMETERS} parameters.")
    for name, value in given:
        if "\x00" in name + value:
            raise invalid("", "A parameter must not contain a null character.")
    formats = [value for name, value in given if name == "_format"]
    _check_format(formats[-1] if formats else None, request.headers.getlist("accept"), release)
    return Exchange(
        here,
        asks,
        release,
        f"{public_base(request, here.public_url)}{FHIR_ROOT}{release}",
        tuple((name, value) for name, value in given if name not in ("_format", "_pretty")),
        "handling=lenient" in _preferences(request),
        ("_pretty", "true") in given,
        request.state.operation,
    )


Asked = Annotated[Exchange, Depends(_exchange)]
"""The request, as a FHIR endpoint asks for it."""


def invalid(parameter: str, detail: str) -> RequestRefused:
    """The refusal of a parameter."""
    sentence = f"{parameter}: {detail}" if parameter else detail
    return RequestRefused("request.invalid", sentence, [FieldError(parameter[:100], detail)])


async def _form(request: Request) -> list[tuple[str, str]]:
    body = await read_body(request, _MAX_FORM_BYTES)
    if not body:
        return []
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RequestRefused("request.media_type", f"The body of a search is {_FORM}.")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        detail = f"The body is no form in UTF-8 with at most {_MAX_PARAMETERS} fields."
        raise RequestRefused("request.invalid", detail) from None


def _check_format(asked: str | None, accepted: list[str], release: Release) -> None:
    """`_format` goes before the header Accept (FHIR R4 3.1.0.1.11)."""
    ranges = [asked.replace(" ", "+")] if asked is not None else [each for line in accepted for each in line.split(",")]
    wanted = [each.strip().lower() for each in ranges if each.strip()]
    if wanted and not any(_is_ours(each, release) for each in wanted):
        ours = f"application/fhir+json; fhirVersion={VERSIONS[release][:3]}"
        raise RequestRefused("request.not_acceptable", f"Cairn writes FHIR {release} as JSON only: {ours}.")


def _is_ours(media_range: str, release: Release) -> bool:
    media, *rest = (each.strip() for each in media_range.split(";"))
    parameters = dict(each.replace(" ", "").partition("=")[::2] for each in rest)
    if _REFUSED.fullmatch(parameters.get("q", "1")):
        return False
    version = parameters.get("fhirversion", "").strip('"')
    return media in _JSON and (not version or VERSIONS[release].startswith(version))


def _preferences(request: Request) -> set[str]:
    lines = request.headers.getlist("prefer")
    # A value may be a token or a quoted string, which say the same (RFC 7240, section 2).
    plain = (line.replace(" ", "").replace('"', "").lower() for line in lines)
    return {each for line in plain for part in line.split(",") for each in part.split(";")}
