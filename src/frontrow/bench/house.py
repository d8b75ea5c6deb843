"""The bench's own house: events named after it, with plain rows of seats, and the people who want them."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain

import msgspec

from frontrow.bench.load_generator import HOLDS, PURCHASES, LoadRun, run_wrk
from frontrow.client import NO_RETRIES, Client, FrontrowError, RateLimited
from frontrow.client.layouts import Category, Layout, Point, Seat

USERS = 64
HOLDS_PER_USER = 2
"""Of three seats each, over and over: most servers let a user hold six."""
SEATS_PER_HOLD = 3
_SEATS_PER_ROW = 100
_PITCH = 10
_ON_SALE = timedelta(days=1)


class User(msgspec.Struct, frozen=True):
    """Somebody who wants seats."""

    user_id: str
    token: str


class House(msgspec.Struct, frozen=True):
    """An event on sale with seats S0, S1 and so on, each user's stretch of them after the one before."""

    url: str
    event_id: str
    seat_count: int
    users: tuple[User, ...]

    @property
    def stride(self) -> int:
        """How many seats of its own a user has."""
        return self.seat_count // len(self.users)

    @property
    def path(self) -> str:
        """Where the event is read."""
        return f"/api/v1/events/{self.event_id}"

    def hold(self, *, seconds: int, connections: int) -> LoadRun:
        """Holds that are all granted: everybody takes their own seats, again and again."""
        return self._holds([user.token for user in self.users], seconds=seconds, connections=connections)

    def be_refused(self, *, seconds: int, connections: int) -> LoadRun:
        """Holds that are all refused, once everybody has held: each wants what the next one has."""
        tokens = [user.token for user in (*self.users[1:], self.users[0])]
        return self._holds(tokens, seconds=seconds, connections=connections)

    def buy(self, seller_token: str, *, seconds: int, connections: int, held_first: int = 1) -> LoadRun:
        """Holds that are booked, until no seat is left. `counted` says how many were, in how long.

        Args:
            held_first: how many are held before the first is booked; nobody may hold too many seats by then.
        """
        users = chain.from_iterable((user.token, user.user_id) for user in self.users)
        arguments = (self.event_id, str(self.seat_count), str(held_first), seller_token, *users)
        return run_wrk(self.url, PURCHASES, *arguments, seconds=seconds, connections=connections)

    def read(self, *, seconds: int, connections: int) -> LoadRun:
        """Every seat's state, as browsers ask for it."""
        address = f"{self.url}{self.path}/seat-states"
        return run_wrk(address, seconds=seconds, connections=connections, options=["-H", "Accept-Encoding: gzip"])

    def is_limited(self) -> bool:
        """Whether the server's rate limits refuse one more hold."""
        with Client(self.url, token=self.users[0].token, retries=NO_RETRIES) as client:
            try:
                client.hold_seats(self.event_id, ["S0"])
            except RateLimited:
                return True
            except FrontrowError:
                pass
        return False

    def _holds(self, tokens: Sequence[str], *, seconds: int, connections: int) -> LoadRun:
        arguments = (f"{self.path}/holds", "1", str(self.stride), str(HOLDS_PER_USER), *tokens)
        return run_wrk(self.url, HOLDS, *arguments, seconds=seconds, connections=connections)


@contextmanager
def house_on_sale(admin: Client, url: str, seat_count: int, users: Sequence[User], what: str) -> Iterator[House]:
    """An event of its own, which is cancelled when the block ends.

    Args:
        admin: a client of that server with the admin role.
        what: a word for its id.
    """
    name = f"bench-{what}-{secrets.token_hex(4)}"
    admin.publish_layout(_rows(name, seat_count))
    event = admin.create_event(name, name, datetime.now(UTC) + _ON_SALE, "USD", event_id=name)
    try:
        yield House(url, event.event_id, seat_count, tuple(users))
    finally:
        with suppress(FrontrowError):  # a server that is gone has nothing left to cancel
            admin.cancel_event(event.event_id)


def guests(anyone: Client, count: int = USERS) -> tuple[User, ...]:
    """Users of guest tokens.

    Raises:
        NotFound: the server gives none out.
    """
    given = [anyone.create_guest_token() for _ in range(count)]
    return tuple(User(guest.user_id, guest.token) for guest in given)


def _rows(layout_id: str, seat_count: int) -> Layout:
    seats = tuple(
        Seat(
            id=f"S{number}",
            position=Point(_PITCH * (number % _SEATS_PER_ROW + 0.5), _PITCH * (number // _SEATS_PER_ROW + 0.5)),
            category_id="all",
            row_label=str(number // _SEATS_PER_ROW + 1),
            seat_number=number % _SEATS_PER_ROW + 1,
        )
        for number in range(seat_count)
    )
    height = _PITCH * -(-seat_count // _SEATS_PER_ROW)
    return Layout(
        id=layout_id,
        name="Bench",
        canvas_w=_PITCH * _SEATS_PER_ROW,
        canvas_h=max(height, _PITCH * _SEATS_PER_ROW),
        categories=(Category(id="all", name="All", color="#336699", price=45),),
        seats=seats,
    )
