"""Failures are counted by class."""

import pytest

from clipcause.pools.failures import error_class


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (None, None),
        ("HTTP Error 404: Not Found", "http_404"),
        ("HTTP Error 503: Service Unavailable", "http_503"),
        ("<urlopen error [Errno -2] Name or service not known>", "dns"),
        ("<urlopen error timed out>", "timeout"),
        ("<urlopen error [Errno 111] Connection refused>", "connection_refused"),
        ("Remote end closed connection without response", "connection_broken"),
        ("Image decoding error", "not_an_image"),
        ("something never seen", "other"),
    ],
)
def test_every_wording_has_its_class(message, expected):
    assert error_class(message) == expected
