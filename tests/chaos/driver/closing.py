"""After the faults: everything comes to its end, and whatever is free can be sold."""

import asyncio
import time
from collections.abc import Callable, Sequence

from tests.chaos.driver.buyers import Sale
from tests.chaos.driver.calls import TRIES_MAX, Client, Wish
from tests.chaos.driver.deployment import Deployment
from tests.chaos.history import Kind, Outcome
from tests.support.http_stack import CONTACT

REST_SECONDS_MAX = 150.0
"""Twice the shortest hold: what nobody gives back runs out."""
TELL_EVERY_S = 8.0
_OPEN = {"pending", "claimed", "paying", "paid", "cancelling", "refunding"}
_UNFINISHED = """
  SELECT 'order' AS what, order_id AS id, state FROM orders
  WHERE event_id = ANY($1) AND state IN ('pending', 'claimed', 'paying', 'paid', 'cancelling', 'refunding')
  UNION ALL SELECT 'refund', refund_id, state FROM refunds WHERE event_id = ANY($1) AND state IN ('due', 'processing')
  UNION ALL SELECT 'task', owner_id, kind FROM outbox WHERE event_id = ANY($1)
"""
_LIVE = "SELECT seat_id, state, owner_id FROM seat_rows WHERE event_id = $1 AND ended_at_ms IS NULL"


class NotAtRest(Exception):
    """Something did not come to its end; the message says what."""


async def come_to_rest(
    deployment: Deployment, sales: Sequence[Sale], clients: Sequence[Client], say: Callable[[str], None]
) -> None:
    """Give up every order that is open and every hold, and wait until ledger, store and API have the same seats sold,
    and no other taken.

    Raises:
        NotAtRest: they do not agree within REST_SECONDS_MAX.
    """
    deadline = time.monotonic() + REST_SECONDS_MAX
    told_at = time.monotonic()
    while True:
        await asyncio.gather(*(_gives_up(client, {sale.event for sale in sales}) for client in clients))
        left = await _unrest(deployment, sales, clients[0])
        if not left:
            return
        if time.monotonic() > deadline:
            raise NotAtRest(f"after {REST_SECONDS_MAX:g} s: " + "; ".join(left[:20]))
        if time.monotonic() > told_at + TELL_EVERY_S:
            told_at = time.monotonic()
            say(f"not at rest: {'; '.join(left[:4])}")
        await asyncio.sleep(0.5)


async def sell_everything(deployment: Deployment, sales: Sequence[Sale], seller: Client) -> list[str]:
    """Hold and book every seat that is free; what could not be sold."""
    unsold = []
    for sale in sales:
        taken = {str(row["seat_id"]) for row in await deployment.ledger.rows(_LIVE, sale.event)}
        whole = {it: table for table in sale.whole for it in sale.tables[table]}
        tables = sorted({whole[it] for it in sale.seats if it in whole and it not in taken})
        free = [it for it in sale.seats if it not in taken and it not in whole]
        seats = (*free, *(it for table in tables for it in sale.tables[table]))
        if not seats:
            continue
        purchase = f"{seller.name}-{sale.event}"
        held = await seller.operate(
            Wish(Kind.HOLD, sale.event, seats, purchase, duration_ms=600_000),
            "POST",
            f"events/{sale.event}/holds",
            {"seatIds": free, "tableIds": tables, "durationMinutes": 10},
            key=f"{purchase}-hold",
            tries=TRIES_MAX,
        )
        if not held.is_done:
            unsold.append(f"{sale.event}: {seats} could not be held: {held}")
            continue
        hold_id = held.body["holdId"]
        booked = await seller.operate(
            Wish(Kind.BOOK, sale.event, seats, purchase, hold_id=hold_id),
            "POST",
            "bookings",
            {"eventId": sale.event, "holdId": hold_id, "contactInfo": CONTACT, "notes": purchase},
            key=f"{purchase}-book",
            tries=TRIES_MAX,
        )
        if not booked.is_done:
            unsold.append(f"{sale.event}: {seats} could not be booked: {booked}")
    for sale in sales:
        taken = {str(row["seat_id"]) for row in await deployment.ledger.rows(_LIVE, sale.event)}
        unsold += [f"{sale.event}: {it} is not sold" for it in sale.seats if it not in taken]
    return unsold


async def _gives_up(client: Client, events: set[str]) -> None:
    orders = await client.ask("GET", "orders?open=true&limit=100")
    for order in orders.body.get("items", ()) if orders.is_done else ():
        if order["eventId"] in events and order["status"] in _OPEN:
            wish = Wish(
                Kind.CANCEL_ORDER,
                order["eventId"],
                tuple(order["seatIds"]),
                order.get("notes", ""),
                hold_id=order["holdId"],
                order_id=order["orderId"],
            )
            await client.operate(wish, "POST", f"orders/{order['orderId']}/cancel", {})
    holds = await client.ask("GET", "holds")
    for hold in holds.body.get("items", ()) if holds.is_done else ():
        if hold["eventId"] in events:
            seats = tuple(hold["seatIds"])
            wish = Wish(
                Kind.RELEASE,
                hold["eventId"],
                seats,
                _purchase_of(client, hold["holdId"], seats),
                hold_id=hold["holdId"],
            )
            await client.operate(wish, "DELETE", f"events/{hold['eventId']}/holds/{hold['holdId']}")


def _purchase_of(client: Client, hold_id: str, seats: tuple[str, ...]) -> str:
    """Whose hold this is: of the purchase that was told its id, else of the last that was told nothing at all."""
    own = [it for it in client.history.operations if it.client == client.name and it.kind is Kind.HOLD]
    named = [it.purchase for it in own if it.hold_id == hold_id]
    unanswered = [it.purchase for it in own if it.outcome is Outcome.UNKNOWN and set(seats) <= set(it.seats)]
    return (named or unanswered or [""])[-1]


async def _unrest(deployment: Deployment, sales: Sequence[Sale], client: Client) -> list[str]:
    """What is not as it should be at rest, in words."""
    events = [sale.event for sale in sales]
    left = [f"{row['what']} {row['id']} is {row['state']}" for row in await deployment.ledger.rows(_UNFINISHED, events)]
    for sale in sales:
        live = {str(row["seat_id"]): str(row["state"]) for row in await deployment.ledger.rows(_LIVE, sale.event)}
        wanted = "".join("b" if live.get(it) == "booked" else "h" if it in live else "a" for it in sale.seats)
        for url in client.urls:
            client_here = Client(client.name, [url], client.session, client.history, client.rng, client.roles)
            seen = await client_here.ask("GET", f"events/{sale.event}/seat-states")
            states = seen.body.get("states")
            if states != wanted:
                left.append(f"{sale.event} at {url}: {states} instead of {wanted}")
    return left
