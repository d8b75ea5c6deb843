"""The Python client: `Client`, and `AsyncClient` for asyncio, with the same calls and the same answers.

```python
from frontrow.client import AlreadyTaken, Client

with Client("https://tickets.example.com", token=my_token) as client:
    try:
        reservation = client.reserve_seats("movie123", ["A1", "A2"])
    except AlreadyTaken as taken:
        print("already taken:", *taken.seat_ids)
```

What a call can raise is drawn in `frontrow.client.errors`. Nothing of the server is imported.
"""

from msgspec import UNSET

from frontrow.client.answers import (
    Alive,
    Block,
    Booking,
    BookingList,
    BookingStatus,
    Contact,
    Event,
    EventList,
    GuestToken,
    Hold,
    LatestLayout,
    Money,
    Payment,
    PublishedLayout,
    Readiness,
    ReleasedSeats,
    SaleStatus,
    SeatCounts,
    SeatHold,
    SeatList,
    SeatNow,
    SeatState,
    SeatStates,
    StoreHealth,
    SweepHealth,
    UnblockedSeats,
)
from frontrow.client.async_client import AsyncClient, AsyncToken
from frontrow.client.errors import (
    AlreadyTaken,
    ApiError,
    Conflict,
    EventNotOnSale,
    FieldFault,
    Forbidden,
    FrontrowError,
    HoldNotComplete,
    HoldNotFound,
    InvalidRequest,
    NotFound,
    OrphanSeats,
    Problem,
    RateLimited,
    RequestInProgress,
    SeatLimitReached,
    SeatRefusal,
    SeatsUnavailable,
    ServerFailed,
    StoreUnavailable,
    TransportFailed,
    Unauthorized,
    UnexpectedAnswer,
)
from frontrow.client.figures import BookedBefore, BookedBucket, BookingsOverTime, EventStats, SeatStats, StatsInterval
from frontrow.client.forms import BestAvailable
from frontrow.client.layouts import Category, Item, Layout, LayoutFormat, Point, Seat, Section
from frontrow.client.retrying import NO_RETRIES, Retries
from frontrow.client.shows import Reservation
from frontrow.client.sync_client import Client, Token

__all__ = [
    "NO_RETRIES",
    "UNSET",
    "Alive",
    "AlreadyTaken",
    "ApiError",
    "AsyncClient",
    "AsyncToken",
    "BestAvailable",
    "Block",
    "BookedBefore",
    "BookedBucket",
    "Booking",
    "BookingList",
    "BookingStatus",
    "BookingsOverTime",
    "Category",
    "Client",
    "Conflict",
    "Contact",
    "Event",
    "EventList",
    "EventNotOnSale",
    "EventStats",
    "FieldFault",
    "Forbidden",
    "FrontrowError",
    "GuestToken",
    "Hold",
    "HoldNotComplete",
    "HoldNotFound",
    "InvalidRequest",
    "Item",
    "LatestLayout",
    "Layout",
    "LayoutFormat",
    "Money",
    "NotFound",
    "OrphanSeats",
    "Payment",
    "Point",
    "Problem",
    "PublishedLayout",
    "RateLimited",
    "Readiness",
    "ReleasedSeats",
    "RequestInProgress",
    "Reservation",
    "Retries",
    "SaleStatus",
    "Seat",
    "SeatCounts",
    "SeatHold",
    "SeatLimitReached",
    "SeatList",
    "SeatNow",
    "SeatRefusal",
    "SeatState",
    "SeatStates",
    "SeatStats",
    "SeatsUnavailable",
    "Section",
    "ServerFailed",
    "StatsInterval",
    "StoreHealth",
    "StoreUnavailable",
    "SweepHealth",
    "Token",
    "TransportFailed",
    "Unauthorized",
    "UnblockedSeats",
    "UnexpectedAnswer",
]
