"""E-mails to customers through an SMTP server."""

import asyncio
import contextlib
import ipaddress
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
import msgspec

from frontrow.adapters.notices.mail_message import MailStyle, mail_of, recipient_of
from frontrow.domain.errors import ConfigurationError
from frontrow.domain.notice import NoticeChannel
from frontrow.domain.notice_content import NoticeContent
from frontrow.ports.notice_sender import NoticeNotTaken, NoticeRefused, NoticeSent, SendOutcome

TIMEOUT_S = 30.0
"""Of the whole exchange with the server."""
QUIT_S_MAX = 2.0
AT_ONCE_MAX = 4
"""Connections of one process: mail servers count them."""
PERMANENT = range(500, 600)

_DEFAULT_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_EXPECTED = (
    "FRONTROW_SMTP_URL: expected smtp://host:port, smtps://user:password@host or smtp+starttls://user:password@host"
)


class MailServer(msgspec.Struct, frozen=True):
    """Where mails go. `smtps` speaks TLS from the first byte, `smtp+starttls` changes to it, `smtp` never."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"MailServer({self.scheme}://{self.host}:{self.port})"


def mail_server_of(url: str) -> MailServer:
    """The server of a URL; user and password are percent-encoded in it.

    Raises:
        ConfigurationError: it is no such URL, or would send a password in the clear. The message does not repeat it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(_EXPECTED) from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ConfigurationError(_EXPECTED)
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    if (user is None) != (password is None):
        raise ConfigurationError(f"{_EXPECTED}; a user needs a password, and a password a user")
    if password is not None and parts.scheme == "smtp" and not _is_loopback(parts):
        raise ConfigurationError(
            "FRONTROW_SMTP_URL: smtp:// would send the password in the clear; take smtp+starttls:// or smtps://"
        )
    return MailServer(parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme], user, password)


class MailSender:
    """Implements ports.NoticeSender over SMTP, with a connection for each mail.

    What the server refuses for good (5xx) about the address or the mail is refused; whatever else goes wrong, our own
    login and sender address among it, is tried again.
    """

    def __init__(self, server: MailServer, style: MailStyle, *, timeout_s: float = TIMEOUT_S) -> None:
        self._server = server
        self._style = style
        self._timeout_s = timeout_s

    @property
    def channel(self) -> NoticeChannel:
        """See NoticeSender."""
        return NoticeChannel.EMAIL

    @property
    def at_once_max(self) -> int:
        """See NoticeSender."""
        return AT_ONCE_MAX

    async def send(self, content: NoticeContent, *, now_ms: int) -> SendOutcome:
        """See NoticeSender.send."""
        recipient = recipient_of(content)
        if recipient is None:
            return NoticeRefused("there is no address to write to: the customer was erased, or gave none")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._hand_in(content, recipient, now_ms)
        except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
            return self._judged(error)

    async def close(self) -> None:
        """See NoticeSender: no connection outlives its mail."""

    def _judged(self, error: Exception) -> SendOutcome:
        match error:
            case TimeoutError():
                return NoticeNotTaken(f"the mail server did not answer within {self._timeout_s:g} s")
            case aiosmtplib.SMTPRecipientsRefused():
                return _refused("address", error.recipients[0])
            case aiosmtplib.SMTPDataError():
                return _refused("mail", error)
            case aiosmtplib.SMTPResponseException():  # our login, our sender, or the server as a whole
                return NoticeNotTaken(f"the mail server answered {error.code} ({type(error).__name__})", error.code)
            case aiosmtplib.SMTPNotSupported():
                return NoticeRefused("the mail server takes no address with such letters (SMTPUTF8)")
            case _:
                return NoticeNotTaken(f"the mail server could not be reached: {type(error).__name__}")

    async def _hand_in(self, content: NoticeContent, recipient: str, now_ms: int) -> NoticeSent:
        server, style = self._server, self._style
        mail = mail_of(content, recipient, style, now_ms=now_ms)
        connection = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            timeout=self._timeout_s,
            use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp+starttls",
        )
        try:
            await connection.connect()
            await connection.send_message(mail, sender=style.sender.addr_spec, recipients=[recipient])
        finally:
            await _leave(connection)
        return NoticeSent(250)


async def _leave(connection: aiosmtplib.SMTP) -> None:
    """Say goodbye, if there is still somebody to say it to: what was taken stays taken."""
    with contextlib.suppress(TimeoutError, aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(QUIT_S_MAX):
            await connection.quit()
    connection.close()


def _refused(what: str, error: aiosmtplib.SMTPResponseException) -> NoticeRefused | NoticeNotTaken:
    # The server's own words repeat the address as a rule, and are kept nowhere.
    reason = f"the mail server answered {error.code} to the {what}"
    return NoticeRefused(reason, error.code) if error.code in PERMANENT else NoticeNotTaken(reason, error.code)


def _is_loopback(parts: SplitResult) -> bool:
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
