"""Checking access tokens: JSON Web Tokens after RFC 9068, of the embedded issuer or of an OpenID Connect issuer."""
