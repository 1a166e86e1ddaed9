"""The embedded issuer: what `cairn up` makes tokens with where no OpenID Connect issuer is set."""
