"""Token search: `code`, `system|code`, `|code` and `system|` (FHIR R4 3.1.1.5.10)."""

from typing import NamedTuple

from services.fhir.escapes import split_unescaped, unescaped


class Token(NamedTuple):
    """A code of a resource that can be searched for.

    Attributes:
        system: Its code system, or that of an Identifier; None where it has none.
        code: The code, or the value of an Identifier.
        implied: Whether the element is a plain `code`, whose system FHIR's definition says and the resource does not.
    """

    system: str | None
    code: str
    implied: bool = False


def token_matches(wanted: str, token: Token) -> bool:
    """Whether a token is the one that a search value asks for.

    `|code` asks for a token without a system; a plain `code` has none of its own, and so is found by that, too.
    """
    parts = [unescaped(each) for each in split_unescaped(wanted, "|")]
    if len(parts) == 1:
        return token.code == parts[0]
    system, code = parts[0], "|".join(parts[1:])
    if not system:
        return token.code == code and (token.system is None or token.implied)
    return token.system == system and (not code or token.code == code)
