"""What SMART applications are told: what the issuer says of itself, and no more than Cairn does."""

from typing import Any

from services.access.smart_configuration import smart_configuration

RESOURCES = ("Goal", "CarePlan", "Patient")
METADATA: dict[str, Any] = {
    "issuer": "https://issuer.example",
    "jwks_uri": "https://issuer.example/keys",
    "authorization_endpoint": "https://issuer.example/auth",
    "token_endpoint": "https://issuer.example/token",
    "revocation_endpoint": "https://issuer.example/revoke",
    "registration_endpoint": "https://issuer.example/register",
    "grant_types_supported": ["authorization_code", "implicit", "client_credentials", "refresh_token"],
    "response_types_supported": ["code"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt", "none"],
    "scopes_supported": [
        "openid",
        "email",
        "user/Goal.rs",
        "user/Goal.cruds",
        "patient/*.r",
        "user/Device.rs",
        "user/x",
    ],
}


def configuration(**changed: Any) -> dict[str, Any]:
    metadata = {name: value for name, value in {**METADATA, **changed}.items() if value is not None}
    found = smart_configuration(metadata, RESOURCES)
    assert found is not None
    return found


def test_endpoints_are_the_issuers() -> None:
    found = configuration()
    assert found["token_endpoint"] == "https://issuer.example/token"
    assert found["authorization_endpoint"] == "https://issuer.example/auth"
    assert found["revocation_endpoint"] == "https://issuer.example/revoke"
    assert not {"issuer", "jwks_uri", "registration_endpoint"} & found.keys()


def test_what_smart_forbids_is_left_out() -> None:
    found = configuration()
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]


def test_only_scopes_that_work_are_listed() -> None:
    assert configuration()["scopes_supported"] == ["openid", "user/Goal.rs", "patient/*.r"]
    assert "scopes_supported" not in configuration(scopes_supported=None)


def test_capabilities_are_cairns_own_and_what_the_issuer_says_of_clients() -> None:
    own = ["permission-v1", "permission-v2", "permission-patient", "permission-user"]
    assert configuration()["capabilities"] == [
        *own,
        "client-public",
        "client-confidential-symmetric",
        "client-confidential-asymmetric",
    ]
    without = configuration(token_endpoint_auth_methods_supported=None)
    assert without["capabilities"] == [*own, "client-confidential-symmetric"]


def test_an_issuer_that_gives_applications_no_tokens_has_none() -> None:
    assert smart_configuration({}, RESOURCES) is None
    assert smart_configuration({"token_endpoint": ["https://issuer.example/token"]}, RESOURCES) is None


def test_strange_metadata_breaks_nothing() -> None:
    found = configuration(scopes_supported="openid", grant_types_supported=7, code_challenge_methods_supported=[7])
    assert found["scopes_supported"] == []
    assert found["grant_types_supported"] == ["authorization_code"]
    assert found["code_challenge_methods_supported"] == []
