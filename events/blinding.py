"""The blind of a stored event: random bytes that keep others from guessing it by the hashes that a proof shows.

A proof that one event is in the log shows hashes of its neighbours, which may be about somebody else. Where an event is
made of few possible words, whoever knows the layout of a leaf could try them all. The blind, which is hashed along,
makes that hopeless. It is no part of the event: whoever submits one is not heard.
"""

import base64
import binascii

BLIND = "cairn-blind"
"""The header that holds it, in base64url without padding."""
BLIND_BYTES = 16


def encode_blind(random: bytes) -> str:
    """Random bytes as the header carries them."""
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def decode_blind(value: bytes) -> bytes:
    """What is hashed for the value of a header: its bytes, or the value itself where it is no base64url."""
    try:
        return base64.b64decode(value + b"=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return value  # not a blind of Cairn's; it still makes this message's hash differ from others
