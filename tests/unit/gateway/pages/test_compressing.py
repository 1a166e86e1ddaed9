"""Whether a page and its files are sent compressed: as the header Accept-Encoding says."""

import pytest

from services.gateway.pages.compressing import takes_gzip


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.8", "gzip; q=0.001", "x-gzip"])
def test_gzip_is_taken_where_it_is_named(accepted: str) -> None:
    assert takes_gzip(accepted)


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "gzip; q=0.000, br", "identity;q=1, gzip;q=0."])
def test_gzip_is_not_sent_to_whom_it_is_refused(accepted: str) -> None:
    assert not takes_gzip(accepted)
