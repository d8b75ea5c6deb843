"""Webhooks: each notice is one signed POST to the integrator's server."""

import asyncio
import contextlib
from collections.abc import Sequence
from http import HTTPStatus

import httpx

import frontrow
from frontrow.adapters.notices.signatures import WebhookSigner
from frontrow.adapters.notices.webhook_documents import webhook_body
from frontrow.domain.errors import ConfigurationError
from frontrow.domain.notice import NoticeChannel
from frontrow.domain.notice_content import NoticeContent
from frontrow.ports.notice_sender import NoticeNotTaken, NoticeRefused, NoticeSent, SendOutcome

TIMEOUT_S = 15.0
"""From the first byte sent to the answer's status; Standard Webhooks advises 15 to 30 s."""
AT_ONCE_MAX = 16
ANSWER_BYTES_MAX = 16 * 1024
ANSWER_S_MAX = 1.0
"""An answer's body says nothing here. It is read this far, so that the connection can be used again."""


class WebhookSender:
    """Implements ports.NoticeSender over HTTP. 2xx is taken, 410 never will be, everything else is tried again."""

    def __init__(self, url: str, secrets: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> None:
        """Send to `url`, signed with each of `secrets`.

        Raises:
            ConfigurationError: the URL or a secret cannot be used.
        """
        self._url = _checked(url)
        self._signer = WebhookSigner(secrets)
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(
            timeout=timeout_s,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=AT_ONCE_MAX, max_keepalive_connections=AT_ONCE_MAX),
            headers={"user-agent": f"Frontrow/{frontrow.__version__} (webhooks)", "content-type": "application/json"},
        )

    @property
    def channel(self) -> NoticeChannel:
        """See NoticeSender."""
        return NoticeChannel.WEBHOOK

    @property
    def at_once_max(self) -> int:
        """See NoticeSender."""
        return AT_ONCE_MAX

    async def send(self, content: NoticeContent, *, now_ms: int) -> SendOutcome:
        """See NoticeSender.send."""
        body = webhook_body(content)
        headers = self._signer.headers(content.notice.notice_id, body, now_ms=now_ms)
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(body, headers)
        except (TimeoutError, httpx.TimeoutException):
            return NoticeNotTaken(f"no answer within {self._timeout_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return NoticeNotTaken(f"the receiver could not be reached: {type(error).__name__}")
        return _judged(status)

    async def close(self) -> None:
        """See NoticeSender."""
        await self._http.aclose()

    async def _post(self, body: bytes, headers: dict[str, str]) -> int:
        async with self._http.stream("POST", self._url, content=body, headers=headers) as answer:
            with contextlib.suppress(TimeoutError, httpx.HTTPError):
                async with asyncio.timeout(ANSWER_S_MAX):
                    await _read_away(answer)
            return answer.status_code


async def _read_away(answer: httpx.Response) -> None:
    count = 0
    async for piece in answer.aiter_raw():
        count += len(piece)
        if count > ANSWER_BYTES_MAX:
            return


def _judged(status: int) -> SendOutcome:
    if HTTPStatus(200) <= status < HTTPStatus(300):
        return NoticeSent(status)
    if status == HTTPStatus.GONE:
        return NoticeRefused("the receiver answered 410: it wants no such notice any more", status)
    if HTTPStatus(300) <= status < HTTPStatus(400):
        return NoticeNotTaken(f"the receiver answered {status}: redirects are not followed", status)
    return NoticeNotTaken(f"the receiver answered {status}", status)


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("FRONTROW_WEBHOOK_URL: expected an address such as https://shop.example/frontrow")
    if url.userinfo:
        raise ConfigurationError("FRONTROW_WEBHOOK_URL: no user or password goes into it; the signature says who sends")
    return url
