"""Exactly what the HTTP layer is given by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from frontrow.http.client_address import ClientAddresses
from frontrow.http.draining import Draining
from frontrow.http.metrics_readers import MetricsReaders
from frontrow.http.rate_limit import RateLimiter
from frontrow.http.request_measures import RequestMeasures
from frontrow.http.settings import HttpSettings
from frontrow.http.watching.watchers import Watchers
from frontrow.ports import Clock
from frontrow.services.active_holds import ActiveHolds
from frontrow.services.best_seats import BestSeats
from frontrow.services.blocks import BlockService
from frontrow.services.booking_display import BookingDisplay
from frontrow.services.booking_finding import BookingFinding
from frontrow.services.booking_search import BookingSearch
from frontrow.services.bookings import BookingService
from frontrow.services.catalog import Catalog
from frontrow.services.confirming import SeatConfirmations
from frontrow.services.demand import DemandService
from frontrow.services.demo_desk import DemoDesk
from frontrow.services.erasing import Erasing
from frontrow.services.event_cancelling import EventCanceller
from frontrow.services.holds import HoldService
from frontrow.services.layouts import LayoutService
from frontrow.services.live import LiveViews
from frontrow.services.notice_office import NoticeOffice
from frontrow.services.order_search import OrderSearch
from frontrow.services.orders import OrderService
from frontrow.services.payment_callbacks import PaymentCallbacks
from frontrow.services.payment_reconciling import MoneyReconciler
from frontrow.services.picking import SeatPicking
from frontrow.services.recent_changes import RecentChangesService
from frontrow.services.seat_history import SeatHistoryService
from frontrow.services.seat_holds import SeatHolds
from frontrow.services.seat_owners import SeatOwners
from frontrow.services.stats import StatsService
from frontrow.services.sweeping import SweepFigures

Probe = Callable[[], Awaitable[object]]
"""Returns when a store answers and raises when it does not."""


class MetricsText(NamedTuple):
    """Everything that is counted, ready to be sent."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases the operations call. `probes` are the stores by name, for the readiness answer.

    Without a `rate_limiter` anybody may call as often as they like. `demo_desk` is the demo bank's, where that takes
    the payments.
    """

    settings: HttpSettings
    clock: Clock
    catalog: Catalog
    layouts: LayoutService
    holds: HoldService
    seat_holds: SeatHolds
    active_holds: ActiveHolds
    picking: SeatPicking
    best_seats: BestSeats
    bookings: BookingService
    booking_display: BookingDisplay
    booking_finding: BookingFinding
    booking_search: BookingSearch
    confirmations: SeatConfirmations
    orders: OrderService
    payment_callbacks: PaymentCallbacks
    order_search: OrderSearch
    event_canceller: EventCanceller
    money_reconciler: MoneyReconciler
    erasing: Erasing
    seat_history: SeatHistoryService
    notices: NoticeOffice
    blocks: BlockService
    live: LiveViews
    watchers: Watchers
    addresses: ClientAddresses
    seat_owners: SeatOwners
    stats: StatsService
    demand: DemandService
    recent_changes: RecentChangesService
    web_folder: Path
    sweep_figures: Callable[[], SweepFigures]
    request_measures: RequestMeasures
    metrics: Callable[[], Awaitable[MetricsText]]
    metrics_readers: MetricsReaders
    demo_desk: DemoDesk | None = None
    rate_limiter: RateLimiter | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    draining: Draining = field(default_factory=Draining)
