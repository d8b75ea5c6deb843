"""Where a payment's page may send the buyer back to: this site, or one that may call the API anyway."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from frontrow.http.problems import FieldFault
from frontrow.http.settings import HttpSettings

EXPECTED = "must be a path of this site such as `/events/x`, or an http(s) address of it or of an allowed origin"


def fault_of_return_url(url: str, settings: HttpSettings, headers: Mapping[str, str]) -> FieldFault | None:
    """What is wrong with a return address that a request names; None for a good one.

    A page anywhere else would have this site send its buyers to whoever made the link; so where any origin may call the
    API (`*`), none of them counts here that is not named. `headers` are the request's:
    its own Host is this site's name as the buyer knows it, but where a proxy changes it; `public_url` is, always.
    """
    return None if _is_good(url, settings, headers.get("host", "")) else FieldFault("returnUrl", EXPECTED)


def _is_good(url: str, settings: HttpSettings, host: str) -> bool:
    if not url.isascii() or any(character in url for character in "\\ \t\r\n"):
        return False  # browsers mend these in ways of their own
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.scheme and not parts.netloc:
        return url.startswith("/") and not url.startswith("//")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.username is not None:
        return False
    allowed = {origin.rstrip("/").lower() for origin in settings.cors_origins if origin != "*"}
    if settings.public_url is not None:
        allowed.add(_origin_of(urlsplit(settings.public_url)))
    return parts.netloc.lower() == host.lower() or _origin_of(parts) in allowed


def _origin_of(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}".lower()
