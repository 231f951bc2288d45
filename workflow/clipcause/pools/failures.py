"""Classes of download failures, so that a hundred wordings of one cause are counted as one."""

import re

SUCCESS, NOT_DOWNLOADED, NOT_DECODED = "success", "failed_to_download", "failed_to_decode"

_CLASSES = (
    (r"HTTP Error (\d{3})", r"http_\1"),
    (r"timed? ?out", "timeout"),
    (r"[Nn]etwork is unreachable|[Nn]o route to host", "unreachable"),
    (r"[Nn]ame or service not known|nodename nor servname|[Nn]o address associated|name resolution", "dns"),
    (r"[Cc]onnection refused", "connection_refused"),
    (r"[Cc]onnection reset|Remote end closed|IncompleteRead", "connection_broken"),
    (r"SSL|CERTIFICATE", "tls"),
    (r"Use of image disallowed", "opted_out"),
    (r"too large: more than|CV_IO_MAX_IMAGE", "too_large"),
    (r"^empty: no bytes", "empty"),
    (r"unknown url type|no host given|URL can't contain|nonnumeric port|Servname not|Invalid IPv6|'idna'", "bad_url"),
    (r"[Ii]mage decoding error|OpenCV|cannot identify image|broken data stream|[Tt]runcated", "not_an_image"),
    (r"image too small|aspect ratio too large|image area too large", "size_limits"),
    (r"no such file", "no_such_file"),
)


# Of these a later attempt may know nothing any more: no answer for now, or one cut off.
PASSING = r"timeout|unreachable|dns|connection_refused|connection_broken|http_408|http_429|http_5\d\d"


def is_passing(error: str | None) -> bool:
    """Whether a failure of this class may be gone the next time."""
    return error is not None and re.fullmatch(PASSING, error) is not None


def error_class(message: str | None) -> str | None:
    """The class of a failure's message: `http_404`, `timeout`, `dns`, `not_an_image`, ..., `other`; None for None."""
    if message is None:
        return None
    for pattern, label in _CLASSES:
        match = re.search(pattern, message)
        if match:
            return match.expand(label)
    return "other"
