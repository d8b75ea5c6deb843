"""Guest sessions: a user of one's own for a day, kept by a signed cookie, for dialects whose documents show no token.

The cookie is `<session id>.<expiry in seconds>.<signature>`, HMAC-SHA256 under a key derived for nothing else, so it
is no token and no token is a session. Whatever else a browser sends under the name simply begins a new session.
"""

import base64
import hashlib
import hmac
import re
import secrets

from falcon.asgi import Request, Response

from frontrow.domain.ids import SESSION_USER_PREFIX, USER_ID_BYTES_MAX, UserId, is_user_id
from frontrow.domain.texts import control_character
from frontrow.http.problems import Code, FieldFault, Problem, invalid
from frontrow.ports import Clock
from frontrow.services.callers import Caller

COOKIE_NAME = "frontrow_session"
GUEST_SESSION_MS = 24 * 60 * 60 * 1000
LABEL_CHARS_MAX = 128
_MS_PER_SECOND = 1000
_COOKIE = re.compile(
    r"(?P<said>(?P<id>[A-Za-z0-9_-]{22})\.(?P<expires_s>[0-9]{1,12}))\.(?P<signature>[A-Za-z0-9_-]{43})\Z"
)


class Guest(Caller, frozen=True):
    """The caller of a guest session: nobody's account, no roles."""


class GuestSessions:
    """Begins guest sessions and knows them again until they run out, GUEST_SESSION_MS after they began."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def begin(self) -> tuple[Guest, str]:
        """A guest nobody was before, and the cookie that says so."""
        session_id = secrets.token_urlsafe(16)
        said = f"{session_id}.{(self._clock.now_ms() + GUEST_SESSION_MS) // _MS_PER_SECOND}"
        return _guest(session_id), f"{said}.{self._signature(said)}"

    def known(self, cookie: str | None) -> Guest | None:
        """The guest of a cookie made here that has not run out; None for anything else."""
        parts = _COOKIE.match(cookie) if cookie is not None else None
        if parts is None or not hmac.compare_digest(parts["signature"], self._signature(parts["said"])):
            return None
        if int(parts["expires_s"]) * _MS_PER_SECOND <= self._clock.now_ms():
            return None
        return _guest(parts["id"])

    def of_request(self, req: Request) -> Guest | None:
        """The guest whose cookie this request carries; of several cookies of the name, the first that is good."""
        for cookie in req.get_cookie_values(COOKIE_NAME) or ():
            guest = self.known(cookie)
            if guest is not None:
                return guest
        return None

    def of_request_or_new(self, req: Request, resp: Response) -> Guest:
        """The guest whose cookie this request carries, or a new one whose cookie the answer sets."""
        guest = self.of_request(req)
        if guest is None:
            guest, cookie = self.begin()
            # The scheme a proxy names is believed: who lies about it only loses a cookie of their own.
            is_https = req.forwarded_scheme == "https"
            resp.set_cookie(
                COOKIE_NAME,
                cookie,
                max_age=GUEST_SESSION_MS // _MS_PER_SECOND,
                path="/",
                secure=is_https,
                http_only=True,
                same_site="Lax",
            )
        return guest

    def _signature(self, said: str) -> str:
        digest = hmac.new(self._key, said.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def acting_as(caller: Caller, label: str | None) -> Caller | Problem:
    """Who a request with a `userId` in its body acts for; without one, its caller.

    A bearer token speaks for its own user only: another `userId` is 403. In a guest session the `userId` is a label
    inside that session, of 1 to LABEL_CHARS_MAX printable characters, so two sessions that both say `john123` are two
    users.
    """
    if label is None:
        return caller
    if not isinstance(caller, Guest):
        if label == caller.user_id:
            return caller
        return Problem(code=Code.ROLE_MISSING, detail="userId must be the user of your token, or be left out")
    labelled = f"{caller.user_id}:{label}"
    if not (1 <= len(label) <= LABEL_CHARS_MAX and is_user_id(labelled)) or control_character(label) is not None:
        bytes_max = USER_ID_BYTES_MAX - len(caller.user_id) - 1
        form = f"must be 1 to {LABEL_CHARS_MAX} printable characters, at most {bytes_max} bytes in UTF-8"
        return invalid(FieldFault("userId", form))
    return Guest(user_id=UserId(labelled))


def _guest(session_id: str) -> Guest:
    return Guest(user_id=UserId(f"{SESSION_USER_PREFIX}{session_id}"))
