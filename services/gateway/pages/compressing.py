"""What pages and their files are compressed with on the way: a page is then a tenth as long, for little work."""

import re
from gzip import compress

_QUICKLY, _ONCE = 4, 9


def takes_gzip(accepted: str) -> bool:
    """Whether a header Accept-Encoding names gzip, and not as what is never to be sent (`gzip;q=0`)."""
    codings = (each.replace(" ", "").lower() for each in accepted.split(","))
    return any(re.fullmatch(r"(x-)?gzip(;q=(1.*|0?\.0*[1-9].*))?", each) for each in codings)


def compressed(content: bytes, *, once: bool = False) -> bytes:
    """Some content as gzip.

    Args:
        once: Whether this is done once and kept, so that it may take its time.
    """
    return compress(content, _ONCE if once else _QUICKLY, mtime=0)
