"""The gateways that payments are made through: the configured one for buyers, and the external one always."""

from collections.abc import Callable, Iterable

import structlog

from frontrow.domain.errors import PaymentUnavailable
from frontrow.ports import PaymentGateway
from frontrow.services.counts import Count, Counts

_log = structlog.get_logger(__name__)


class Gateways:
    """Every gateway of this server, by its name."""

    def __init__(
        self,
        *,
        for_buyers: PaymentGateway | None,
        external: PaymentGateway,
        counts: Counts,
        others: Iterable[PaymentGateway] = (),
    ) -> None:
        self._by_name = {gateway.name: gateway for gateway in (*others, external)}
        if for_buyers is not None:
            self._by_name[for_buyers.name] = for_buyers
        self._external = self._by_name[external.name]
        self._for_buyers = None if for_buyers is None or for_buyers.name == external.name else for_buyers
        self._counts = counts

    def each(self, changed: Callable[[PaymentGateway], PaymentGateway]) -> "Gateways":
        """The same, with `changed` of each gateway in its place."""
        made = {name: changed(gateway) for name, gateway in self._by_name.items()}
        return Gateways(
            for_buyers=None if self._for_buyers is None else made[self._for_buyers.name],
            external=made[self._external.name],
            others=made.values(),
            counts=self._counts,
        )

    @property
    def for_buyers(self) -> PaymentGateway | None:
        """Where buyers pay; None where they can't, because nothing is configured, or payments are only stated."""
        return self._for_buyers

    @property
    def external(self) -> PaymentGateway:
        """Payments made elsewhere, as integrators and admins state them."""
        return self._external

    def find(self, name: str) -> PaymentGateway | None:
        """The gateway of that name."""
        return self._by_name.get(name)

    def of_payment(self, name: str, payment_id: str) -> PaymentGateway:
        """The gateway that this payment was made through.

        Raises:
            PaymentUnavailable: it is not configured any more. An alarm: nobody can say how the payment stands.
        """
        gateway = self._by_name.get(name)
        if gateway is None:
            self._counts.add(Count.GATEWAYS_MISSING)
            _log.error("gateway_not_configured", gateway=name, payment_id=payment_id)
            raise PaymentUnavailable(f"the gateway {name} is not configured any more", retry_after_s=300)
        return gateway
