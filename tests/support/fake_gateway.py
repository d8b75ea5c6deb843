"""A payment gateway in memory that counts the money, with faults on demand."""

from frontrow.domain.payment import Declined, Paid, PaymentOutcome
from tests.support.faults import Faults

DECLINED = "declined"


class FakeGateway:
    """Implements ports.ChargeGateway. `taken` is what each reference has paid and not got back."""

    name = "fake"

    def __init__(self) -> None:
        self.faults = Faults()
        self.taken: dict[str, int] = {}
        self.charges = 0
        self.refunds = 0
        self.parts: dict[tuple[str, str], int] = {}
        self._given_back: set[tuple[str, str]] = set()

    async def charge(
        self, reference: str, *, amount_minor: int, currency: str, card_number: str | None
    ) -> PaymentOutcome:
        async def charge() -> PaymentOutcome:
            if card_number == DECLINED:
                return Declined("not today")
            if reference not in self.taken:
                self.charges += 1
                self.taken[reference] = amount_minor
            return Paid(f"tx-{reference}")

        return await self.faults.around("charge", charge)

    async def refund(self, reference: str) -> None:
        async def refund() -> None:
            if self.taken.pop(reference, None) is not None:
                self.refunds += 1

        await self.faults.around("refund", refund)

    async def refund_part(self, reference: str, part: str, *, amount_minor: int, currency: str) -> None:
        async def refund_part() -> None:
            if self.parts.setdefault((reference, part), amount_minor) != amount_minor:
                raise AssertionError(f"{part} of {reference} is refunded with another amount")
            if (reference, part) not in self._given_back:
                self._given_back.add((reference, part))
                self.taken[reference] -= amount_minor

        await self.faults.around("refund_part", refund_part)
