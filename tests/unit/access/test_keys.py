"""Which published keys are used: public, asymmetric, strong, for signatures; others are left out or refused."""

from typing import Any

import pytest

from services.access.tokens.keys import MAX_KEYS, UnusableKeys, read_keys
from tests.unit.access.tokens import key, published


def kinds(document: object) -> list[str]:
    return [each.key.key_type for each in read_keys(document).keys]


def beside(*others: Any) -> dict[str, Any]:
    """A key set with one good key behind others."""
    return {"keys": [*others, published(key("EC"))["keys"][0]]}


@pytest.mark.parametrize("kind", ["RSA", "EC", "OKP"])
def test_a_good_key_is_used(kind: str) -> None:
    assert kinds(published(key(kind))) == [key(kind).key_type]


@pytest.mark.parametrize("kind", ["weak-RSA", "P-384", "Ed448", "oct"])
def test_a_key_of_another_kind_is_left_out(kind: str) -> None:
    [other] = published(key(kind))["keys"]
    assert kinds(beside(other)) == ["EC"]
    with pytest.raises(UnusableKeys, match="2048 bits"):
        read_keys({"keys": [other]})


@pytest.mark.parametrize(
    "other",
    [
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": 7, "e": "AQAB"},
        {"kty": "RSA", "n": "?" * 400, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": ["EC"], "crv": "P-256"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {},
        "key",
        None,
    ],
)
def test_a_key_that_cannot_be_read_is_no_reason_to_do_without_the_others(other: object) -> None:
    assert kinds(beside(other)) == ["EC"]


@pytest.mark.parametrize("changed", [{"use": "enc"}, {"use": 7}, {"alg": "RSA-OAEP"}, {"alg": "HS256"}, {"alg": []}])
def test_a_key_for_something_else_is_left_out(changed: dict[str, Any]) -> None:
    [other] = published(key("RSA"), **changed)["keys"]
    assert kinds(beside(other)) == ["EC"]


def test_a_private_key_that_is_published_by_mistake_is_used_as_a_public_one() -> None:
    [whole] = [key("EC").as_dict(private=True)]
    [found] = read_keys({"keys": [whole]}).keys
    assert not found.key.is_private


def test_a_key_with_an_algorithm_is_used_with_that_one_alone() -> None:
    [rsa, okp] = read_keys({"keys": [*published(key("RSA"), alg="RS256")["keys"], *published(key("OKP"))["keys"]]}).keys
    assert rsa.algorithms == {"RS256"}
    assert okp.algorithms == {"EdDSA", "Ed25519"}


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
def test_both_names_of_one_algorithm_are_one(alg: str) -> None:
    [found] = read_keys(published(key("OKP"), alg=alg)).keys
    assert found.algorithms == {"EdDSA", "Ed25519"}


def test_too_many_keys_are_refused() -> None:
    [one] = published(key("EC"))["keys"]
    assert len(read_keys({"keys": [one] * MAX_KEYS}).keys) == MAX_KEYS
    with pytest.raises(UnusableKeys, match="more than 20"):
        read_keys({"keys": [one] * (MAX_KEYS + 1)})


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": []}, "keys"])
def test_what_is_no_key_set_is_refused(document: object) -> None:
    with pytest.raises(UnusableKeys):
        read_keys(document)
