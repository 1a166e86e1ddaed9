"""What a SMART on FHIR application is told about getting a token: `.well-known/smart-configuration`. Pure.

Source: HL7 SMART App Launch 2.2, “Conformance”. Everything about the issuer comes from the issuer's own description
(OpenID Connect Discovery 1.0); Cairn claims only what it does itself, and what that description says.
"""

from collections.abc import Collection, Mapping
from typing import Any

from services.access.scopes import parse_scope

Json = dict[str, Any]
_AS_THEY_ARE = (
    "authorization_endpoint",
    "token_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "response_types_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
)
_GRANTS = ("authorization_code", "client_credentials")
_DEFAULT_GRANTS = ("authorization_code", "implicit")
_DEFAULT_CLIENT_AUTHENTICATION = ("client_secret_basic",)
"""What an issuer means that does not say it (OpenID Connect Discovery 1.0, section 3)."""
_CAIRNS_OWN = ("permission-v1", "permission-v2", "permission-patient", "permission-user")
_OF_CLIENTS = {
    "client-public": {"none"},
    "client-confidential-symmetric": {"client_secret_basic", "client_secret_post"},
    "client-confidential-asymmetric": {"private_key_jwt"},
}
_OF_THE_ISSUER = frozenset({"openid", "profile", "fhirUser", "offline_access", "online_access"})
_READING = frozenset("rs")


def smart_configuration(metadata: Mapping[str, Any], resources: Collection[str]) -> Json | None:
    """The configuration; None where the issuer gives no tokens to applications.

    `issuer` and `jwks_uri` are left out: they are for applications that log people in by OpenID Connect, which is
    between them and the issuer.

    Args:
        metadata: How the issuer describes itself.
        resources: The types of resources that can be read.
    """
    if not isinstance(metadata.get("token_endpoint"), str):
        return None
    configuration: Json = {name: metadata[name] for name in _AS_THEY_ARE if name in metadata}
    configuration["grant_types_supported"] = [
        grant for grant in _GRANTS if grant in _texts(metadata, "grant_types_supported", _DEFAULT_GRANTS)
    ]
    # SMART forbids `plain`, whatever else the issuer takes.
    methods = _texts(metadata, "code_challenge_methods_supported")
    configuration["code_challenge_methods_supported"] = [method for method in methods if method == "S256"]
    if "scopes_supported" in metadata:
        scopes = _texts(metadata, "scopes_supported")
        configuration["scopes_supported"] = [scope for scope in scopes if _works(scope, resources)]
    accepted = set(_texts(metadata, "token_endpoint_auth_methods_supported", _DEFAULT_CLIENT_AUTHENTICATION))
    configuration["capabilities"] = [
        *_CAIRNS_OWN,
        *(capability for capability, methods_of in _OF_CLIENTS.items() if accepted & methods_of),
    ]
    return configuration


def _works(scope: str, resources: Collection[str]) -> bool:
    """Whether a scope does here what it says; Cairn's FHIR endpoint is for reading."""
    parsed = parse_scope(scope)
    if parsed is None:
        return scope in _OF_THE_ISSUER
    return parsed.resource in ("*", *resources) and set(parsed.letters) <= _READING


def _texts(metadata: Mapping[str, Any], name: str, otherwise: tuple[str, ...] = ()) -> list[str]:
    value = metadata.get(name)
    if not isinstance(value, list):
        return list(otherwise)
    return [each for each in value if isinstance(each, str)]
