"""The port to those who are told: one way of sending notices, and what became of an attempt."""

from typing import Protocol

import msgspec

from frontrow.domain.notice import NoticeChannel
from frontrow.domain.notice_content import NoticeContent


class NoticeSent(msgspec.Struct, frozen=True):
    """The receiver has taken it; `status` is its HTTP or SMTP code."""

    status: int | None = None


class NoticeRefused(msgspec.Struct, frozen=True):
    """It will never be taken: `reason` is a sentence for operators, without anything about a person."""

    reason: str
    status: int | None = None


class NoticeNotTaken(msgspec.Struct, frozen=True):
    """It was not taken, or not known to be; worth another attempt. `reason` is as in NoticeRefused."""

    reason: str
    status: int | None = None


SendOutcome = NoticeSent | NoticeRefused | NoticeNotTaken


class NoticeSender(Protocol):
    """Sends notices through one channel."""

    @property
    def channel(self) -> NoticeChannel:
        """Which notices are its to send."""
        ...

    @property
    def at_once_max(self) -> int:
        """How many attempts one process makes at the same time."""
        ...

    async def send(self, content: NoticeContent, *, now_ms: int) -> SendOutcome:
        """Make one attempt, at this wall-clock time. It may be cancelled at any moment; whether the receiver has taken
        it is then not known.

        What goes wrong is returned, not raised. Sending the same notice again is allowed, and looks the same to the
        receiver but for the time.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
