"""The composition root: the only place that names concrete adapters and joins them to the services."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from limits.strategies import SlidingWindowCounterRateLimiter

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.rate_windows import RateWindows
from frontrow.adapters.redis.change_feed import ValkeyChangeFeed
from frontrow.adapters.redis.client import Replicas, StoreClient, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.redis.memory import memory_of
from frontrow.adapters.redis.requirements import check_store
from frontrow.adapters.redis.shared_rate_windows import SharedRateWindows
from frontrow.adapters.sql.ledger import open_ledger
from frontrow.derived_keys import derived_key
from frontrow.http.app import OPERATIONS, App, create_app
from frontrow.http.client_address import ClientAddresses
from frontrow.http.draining import Draining
from frontrow.http.metrics_readers import MetricsReaders
from frontrow.http.rate_limit import RateLimiter, RateLimits
from frontrow.http.request_measures import RequestMeasures
from frontrow.http.services import Services
from frontrow.http.watching.watchers import WatcherLimits, Watchers
from frontrow.http_settings import http_settings
from frontrow.metrics import families
from frontrow.metrics.publishing import Metrics
from frontrow.metrics.reading import Parts
from frontrow.metrics.workers import SharedReadings
from frontrow.notices import configured_notices
from frontrow.payments import configured_payments
from frontrow.ports import Clock
from frontrow.services.active_holds import ActiveHolds
from frontrow.services.activity import Activity
from frontrow.services.background import Background
from frontrow.services.best_seats import BestSeats
from frontrow.services.blocks import BlockService
from frontrow.services.booking_display import BookingDisplay
from frontrow.services.booking_finding import BookingFinding
from frontrow.services.booking_ids import BookingIds
from frontrow.services.booking_protocol import BookingProtocol
from frontrow.services.booking_search import BookingSearch
from frontrow.services.bookings import BookingService
from frontrow.services.catalog import Catalog
from frontrow.services.clock_watch import ClockWatch
from frontrow.services.confirming import SeatConfirmations
from frontrow.services.counts import Counts
from frontrow.services.demand import DemandService
from frontrow.services.demo_desk import DemoDesk
from frontrow.services.erasing import Erasing
from frontrow.services.event_cancelling import EventCanceller
from frontrow.services.event_giving_back import EventGivingBack
from frontrow.services.expired_holds import ExpiredHolds
from frontrow.services.gateways import Gateways
from frontrow.services.holds import HoldService
from frontrow.services.layouts import LayoutService
from frontrow.services.live import LiveViews
from frontrow.services.notice_contents import NoticeContents
from frontrow.services.notice_delivery import NoticeDelivery
from frontrow.services.notice_office import NoticeOffice
from frontrow.services.notices import NoticeBoard
from frontrow.services.order_ids import OrderIds
from frontrow.services.order_search import OrderSearch
from frontrow.services.ordering import Ordering, SellingRules
from frontrow.services.orphans import OrphanHolds
from frontrow.services.outcomes import HoldRules
from frontrow.services.payment_reconciling import MoneyReconciler
from frontrow.services.picking import SeatPicking
from frontrow.services.recent_changes import RecentChangesService
from frontrow.services.reconcile import Reconciler
from frontrow.services.refused_seats import RefusedSeats
from frontrow.services.relay import Relay
from frontrow.services.retiring import Retirement
from frontrow.services.seat_calls import SeatCalls
from frontrow.services.seat_history import SeatHistoryService
from frontrow.services.seat_holds import SeatHolds
from frontrow.services.seat_owners import SeatOwners
from frontrow.services.seeding import Seeding
from frontrow.services.stats import StatsService
from frontrow.services.sweeping import Sweeper
from frontrow.services.warming import Warmer
from frontrow.settings import DirectBooking, LogLevel, Settings
from frontrow.stores import Stores, naming_setting_of_hold_store, naming_setting_of_ledger

WEB_FOLDER = Path(__file__).parent / "web"
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Application:
    """One process's engine, running: its HTTP application and the use cases behind it.

    Whoever serves `http` calls `watchers.end` before it waits for its connections: streams never end by themselves.
    """

    http: App
    services: Services
    seeding: Seeding
    live: LiveViews
    counts: Counts
    watchers: Watchers
    draining: Draining

    @classmethod
    @asynccontextmanager
    async def running(  # noqa: PLR0915 (a statement for each part)
        cls, settings: Settings, stores: Stores, *, readings_folder: Path | None = None
    ) -> AsyncIterator["Application"]:
        """Join adapters and services, run the background work, and let everything go in order at the end.

        Args:
            readings_folder: that workers of one server share, where this process is one: their metrics are added up.

        Raises:
            ConfigurationError: a store is not what Frontrow needs (version, memory policy, schema).
            StoreUnavailable, LedgerUnavailable: a store does not answer.
        """
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            told = configured_notices(settings, key=derived_key(stores.secret, "webhooks"))
            client = connect(stores.redis_url)
            stack.push_async_callback(client.close)
            with naming_setting_of_hold_store(settings):
                await check_store(client, clock, replicas_wanted=settings.hold_replicas)
            with naming_setting_of_ledger(settings):
                ledger = await open_ledger(
                    stores.database_url, clock=clock, connections_max=settings.database_connections
                )
            stack.push_async_callback(ledger.close)

            store, feed = ValkeyHoldStore(client, replicas=_replicas(settings)), ValkeyChangeFeed(client)
            background = Background()
            counts = Counts()
            activity = Activity(clock)
            catalog = Catalog(ledger, clock=clock)
            warmer = Warmer(store=store, ledger=ledger, on_warmed=activity.note_warmed)
            notices = NoticeBoard(channels=told.channels, clock=clock)
            expired = ExpiredHolds(ledger=ledger.orders, notices=notices, feed=feed, background=background)
            sweeper = Sweeper(store=store, catalog=catalog, clock=clock, expired=expired)
            live = LiveViews(
                feed=feed,
                catalog=catalog,
                warmer=warmer,
                sweeper=sweeper,
                clock=clock,
                on_read_anew=activity.note_changed,
            )
            calls = SeatCalls(warmer=warmer, live=live, sweeper=sweeper, activity=activity, expired=expired)
            order_ids = OrderIds(derived_key(stores.secret, "orders"))
            booking_ids = BookingIds(derived_key(stores.secret, "booking ids"))
            relay = Relay(store=store, ledger=ledger, calls=calls, clock=clock, counts=counts)
            anyone_may_book = settings.direct_booking is DirectBooking.ANYONE
            paid_by = await stack.enter_async_context(
                configured_payments(
                    settings, books=ledger.demo_payments, clock=clock, key=derived_key(stores.secret, "demo callbacks")
                )
            )
            gateways = Gateways(for_buyers=paid_by.for_buyers, external=paid_by.external, counts=counts)
            ordering = Ordering.over(
                store=store,
                ledger=ledger,
                orders=ledger.orders,
                catalog=catalog,
                calls=calls,
                relay=relay,
                gateways=gateways,
                notices=notices,
                clock=clock,
                counts=counts,
                order_ids=order_ids,
                booking_ids=booking_ids,
                rules=SellingRules(
                    settings.payment_minutes * _MS_PER_MINUTE,
                    anyone_may_state=anyone_may_book,
                    seats_per_user_max=settings.seats_per_user_max,
                ),
            )
            reconciler = Reconciler(
                store=store,
                ledger=ledger,
                catalog=catalog,
                calls=calls,
                relay=relay,
                activity=activity,
                clock=clock,
                counts=counts,
            )
            clock_watch = ClockWatch(store=store, clock=clock)
            retirement = Retirement(store=store, catalog=catalog, clock=clock)
            layouts = LayoutService(ledger=ledger, catalog=catalog)
            rules = HoldRules(
                hold_ms=settings.hold_minutes * _MS_PER_MINUTE,
                lifetime_max_ms=settings.hold_lifetime_minutes_max * _MS_PER_MINUTE,
                seats_per_user_max=settings.seats_per_user_max,
            )
            refused = RefusedSeats(clock)
            picking = SeatPicking(catalog=catalog, live=live)
            holds = HoldService(
                store=store,
                catalog=catalog,
                calls=calls,
                clock=clock,
                rules=rules,
                orphans=OrphanHolds(store=store, calls=calls, clock=clock, background=background),
                clock_watch=clock_watch,
                refused=refused,
            )
            seat_holds = SeatHolds(store=store, catalog=catalog, calls=calls, clock=clock, rules=rules)
            delivery = NoticeDelivery(
                ledger=ledger.orders,
                contents=NoticeContents(
                    ledger=ledger, orders=ledger.orders, catalog=catalog, codes=order_ids, public_url=told.public_url
                ),
                senders=told.senders,
                clock=clock,
            )
            protocol = BookingProtocol(
                store=store,
                ledger=ledger,
                calls=calls,
                relay=relay,
                clock=clock,
                ids=booking_ids,
                notices=notices,
                counts=counts,
            )
            bookings = BookingService(
                store=store,
                ledger=ledger,
                catalog=catalog,
                calls=calls,
                relay=relay,
                protocol=protocol,
                ordered_seats=ordering.ordered_seats,
                notices=notices,
                clock=clock,
                anyone_may_book=anyone_may_book,
            )
            canceller = EventCanceller(
                ledger=ledger,
                orders=ledger.orders,
                books=ledger.books,
                machine=EventGivingBack(ordering.service, bookings),
                catalog=catalog,
                clock=clock,
            )
            blocks = BlockService(
                store=store,
                ledger=ledger,
                catalog=catalog,
                calls=calls,
                relay=relay,
                clock=clock,
                background=background,
            )
            windows = _rate_windows(settings, client, clock)
            addresses = ClientAddresses(settings.trusted_proxies)
            watchers = Watchers(
                live,
                clock,
                WatcherLimits(
                    watchers_max=settings.watchers_max, watchers_per_address_max=settings.watchers_per_address_max
                ),
            )
            draining = Draining()
            measured = Parts(
                store=client.measures,
                ledger=ledger.measures,
                seats=calls.measures,
                sweeper=sweeper,
                warmer=warmer,
                counts=counts,
                delivery=delivery,
                clock_watch=clock_watch,
                requests=RequestMeasures({(it.path, it.method): it.name for it in OPERATIONS}),
                watchers=lambda: watchers.count,
                events_followed=lambda: live.events_followed,
            )
            shared = None if readings_folder is None else SharedReadings(readings_folder, families.ALL)
            metrics = Metrics(measured, store=partial(memory_of, client), ledger=ledger.backlog, shared=shared)
            stack.callback(metrics.close)
            services = Services(
                settings=http_settings(settings, stores),
                clock=clock,
                catalog=catalog,
                layouts=layouts,
                holds=holds,
                seat_holds=seat_holds,
                active_holds=ActiveHolds(holds=holds, seat_holds=seat_holds),
                picking=picking,
                best_seats=BestSeats(holds=holds, picking=picking, catalog=catalog, clock=clock),
                bookings=bookings,
                booking_display=BookingDisplay(orders=ledger.orders, ticket_code=order_ids.ticket_code),
                booking_finding=BookingFinding(orders=ledger.orders, ticket_code=order_ids.ticket_code),
                booking_search=BookingSearch(
                    ledger=ledger, catalog=catalog, clock=clock, ticket_code=order_ids.ticket_code
                ),
                confirmations=SeatConfirmations(bookings=bookings, seat_holds=seat_holds, ledger=ledger),
                orders=ordering.service,
                payment_callbacks=ordering.callbacks,
                order_search=OrderSearch(
                    orders=ledger.orders,
                    books=ledger.books,
                    catalog=catalog,
                    clock=clock,
                    ticket_code=order_ids.ticket_code,
                ),
                event_canceller=canceller,
                money_reconciler=MoneyReconciler(
                    orders=ledger.orders,
                    books=ledger.books,
                    steps=ordering.steps,
                    refunding=ordering.refunding,
                    gateways=gateways,
                    seats=reconciler,
                    catalog=catalog,
                    clock=clock,
                ),
                erasing=Erasing(orders=ledger.orders, books=ledger.books),
                seat_history=SeatHistoryService(books=ledger.books, feed=feed, catalog=catalog, clock=clock),
                demo_desk=None
                if paid_by.demo_bank is None
                else DemoDesk(
                    paid_by.demo_bank,
                    deliver=lambda told: ordering.callbacks.told("demo", told.headers, told.body),
                    background=background,
                ),
                notices=NoticeOffice(ledger=ledger.orders, clock=clock),
                blocks=blocks,
                live=live,
                watchers=watchers,
                addresses=addresses,
                seat_owners=SeatOwners(seat_holds=seat_holds, ledger=ledger),
                stats=StatsService(ledger=ledger, catalog=catalog, live=live, clock=clock),
                demand=DemandService(feed=feed, catalog=catalog, refused=refused, clock=clock),
                recent_changes=RecentChangesService(feed=feed, ledger=ledger, catalog=catalog),
                web_folder=WEB_FOLDER,
                sweep_figures=sweeper.figures,
                request_measures=measured.requests,
                metrics=metrics.text,
                metrics_readers=MetricsReaders(settings.metrics_from, addresses),
                rate_limiter=_rate_limiter(settings, windows, addresses, clock)
                if settings.rate_limit_enabled
                else None,
                probes={"store": store.ping, "ledger": ledger.ping},
                draining=draining,
            )
            http = create_app(services, access_log=settings.log_level is LogLevel.DEBUG)
            stack.push_async_callback(delivery.close)
            stack.push_async_callback(background.stop)
            stack.push_async_callback(live.close)
            for loop in (
                catalog.run,
                live.run,
                sweeper.run,
                relay.run,
                reconciler.run,
                clock_watch.run,
                retirement.run,
                delivery.run,
                ordering.keeper.run,
                canceller.run,
                metrics.run,
            ):
                stack.push_async_callback(_stop, asyncio.create_task(loop(), name=loop.__qualname__))
            if isinstance(windows, SharedRateWindows):
                stack.push_async_callback(_stop, asyncio.create_task(windows.run(), name="SharedRateWindows.run"))
            stack.push_async_callback(watchers.close)
            seeding = Seeding(layouts=layouts, catalog=catalog, clock=clock)
            yield cls(http, services, seeding, live, counts, watchers, draining)

    @property
    def pid(self) -> int:
        """The process this application runs in."""
        return os.getpid()


def _replicas(settings: Settings) -> Replicas | None:
    return Replicas(settings.hold_replicas, settings.hold_replicas_wait_ms) if settings.hold_replicas else None


def _rate_windows(settings: Settings, client: StoreClient, clock: Clock) -> RateWindows:
    """Shared with other processes where there can be any: an embedded store has one process."""
    return RateWindows(clock) if settings.redis_url is None else SharedRateWindows(clock, client)


def _rate_limiter(settings: Settings, windows: RateWindows, addresses: ClientAddresses, clock: Clock) -> RateLimiter:
    return RateLimiter(
        RateLimits(
            user_holds_per_minute=settings.rate_limit_user_holds_per_minute,
            user_calls_per_minute=settings.rate_limit_user_calls_per_minute,
            address_holds_per_minute=settings.rate_limit_address_holds_per_minute,
            address_calls_per_minute=settings.rate_limit_address_calls_per_minute,
            address_finds_per_minute=settings.rate_limit_address_finds_per_minute,
            email_finds_per_minute=settings.rate_limit_email_finds_per_minute,
        ),
        strategy=SlidingWindowCounterRateLimiter(windows),
        addresses=addresses,
        clock=clock,
    )


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
