"""The demo bank's books in memory."""

from frontrow.domain.ids import PaymentId


class BooksInMemory:
    """adapters.payments.demo.DemoBooks. `writes` counts those that took place."""

    def __init__(self) -> None:
        self.texts: dict[str, tuple[str, int]] = {}
        self.writes = 0

    async def read(self, payment_id: PaymentId) -> tuple[str, int] | None:
        """See DemoBooks."""
        return self.texts.get(payment_id)

    async def write(self, payment_id: PaymentId, text: str, version: int) -> bool:
        """See DemoBooks."""
        _, stands = self.texts.get(payment_id, ("", 0))
        if stands != version - 1:
            return False
        self.writes += 1
        self.texts[payment_id] = (text, version)
        return True
