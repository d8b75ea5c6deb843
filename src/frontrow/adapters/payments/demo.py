"""The demo's payment gateway: takes no money from anybody, and behaves as one that does."""

import hashlib
import re

from frontrow.domain.payment import Declined, Paid, PaymentOutcome

DECLINED_CARD = "4000000000000002"
"""The test card that is always declined; any other card, and no card at all, pays."""
_NO_DIGITS = re.compile(r"[^0-9]")


class DemoGateway:
    """ports.ChargeGateway without a bank. It keeps nothing: a transaction's id follows from its reference."""

    name = "demo"

    async def charge(
        self, reference: str, *, amount_minor: int, currency: str, card_number: str | None
    ) -> PaymentOutcome:
        """See ChargeGateway.charge."""
        if card_number is not None and _NO_DIGITS.sub("", card_number) == DECLINED_CARD:
            return Declined("the card was declined")
        digest = hashlib.sha256(f"{reference}:{amount_minor}:{currency}".encode()).hexdigest()
        return Paid(f"demo_{digest[:24]}")

    async def refund(self, reference: str) -> None:
        """See ChargeGateway.refund."""

    async def refund_part(self, reference: str, part: str, *, amount_minor: int, currency: str) -> None:
        """See ChargeGateway.refund_part."""
