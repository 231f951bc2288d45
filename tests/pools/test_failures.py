"""Failures are counted by class."""

import pytest

from clipcause.pools.failures import error_class, is_passing


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
        ("<urlopen error [Errno 101] Network is unreachable>", "unreachable"),
        ("timed out: not whole within 60 s", "timeout"),
        ("too large: more than 50000000 bytes", "too_large"),
        ("error: (-215:Assertion failed) pixels <= CV_IO_MAX_IMAGE_PIXELS in function 'validate'", "too_large"),
        ("empty: no bytes", "empty"),
        ("Use of image disallowed by X-Robots-Tag directive", "opted_out"),
        ("Image decoding error", "not_an_image"),
        ("something never seen", "other"),
    ],
)
def test_every_wording_has_its_class(message, expected):
    assert error_class(message) == expected


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        *(("timeout", True), ("dns", True), ("unreachable", True), ("connection_refused", True)),
        *(("connection_broken", True), ("http_429", True), ("http_503", True), ("http_408", True)),
        *(("http_404", False), ("http_403", False), ("opted_out", False), ("too_large", False), ("empty", False)),
        *(("not_an_image", False), ("bad_url", False), ("tls", False), ("other", False), (None, False)),
    ],
)
def test_some_failures_may_be_gone_the_next_time(error, passing):
    assert is_passing(error) == passing
