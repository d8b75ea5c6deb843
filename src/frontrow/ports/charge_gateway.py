"""The port to a payment gateway that charges at once."""

from typing import Protocol

from frontrow.domain.payment import PaymentOutcome


class ChargeGateway(Protocol):
    """Takes money and gives it back. Everything goes by a reference, an order's id, and may be repeated under it.

    Every call may raise PaymentUnavailable, and nothing else; what it asked may then have happened.
    """

    @property
    def name(self) -> str:
        """What bookings say they were paid through."""
        ...

    async def charge(
        self, reference: str, *, amount_minor: int, currency: str, card_number: str | None
    ) -> PaymentOutcome:
        """Authorise and capture the amount (0 or more); once for each reference, however often it is asked.

        Args:
            card_number: as the buyer sent it; None for the gateway's own default.
        """
        ...

    async def refund(self, reference: str) -> None:
        """Give back whatever was taken under the reference; nothing to do when that was nothing, or is done."""
        ...

    async def refund_part(self, reference: str, part: str, *, amount_minor: int, currency: str) -> None:
        """Give back this much of what was taken under the reference; once for each `part`, however often it is asked.

        Args:
            part: which one of several: 1 to 64 letters and digits, always with the same amount.
        """
        ...
