"""An event of a test's own: nobody else in the module looks at it, so every seat of it is free for the test."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tests.support.server import RunningServer

_numbers = itertools.count(1)


@dataclass(frozen=True)
class OwnEvent:
    """An event on sale at the running demo, far in the future, at its drawing's own prices in USD."""

    event_id: str
    server: RunningServer

    @property
    def path(self) -> str:
        """Where the page shows it, for `visit`."""
        return f"/?event={self.event_id}"

    @property
    def api(self) -> str:
        """Its address in the API, without a slash at the end."""
        return f"{self.server.url}/api/v1/events/{self.event_id}"

    def hold(self, user: str, *seat_ids: str) -> str:
        """Hold seats for somebody who is in no window; the hold's id."""
        return str(self._created("holds", {"seatIds": seat_ids}, user)["holdId"])

    def book(self, user: str, *seat_ids: str) -> str:
        """Book seats for somebody who is in no window; the booking's id."""
        self.hold(user, *seat_ids)
        contact = {"name": "Ada Lovelace", "email": "ada@example.org"}
        body = {"eventId": self.event_id, "seatIds": seat_ids, "contactInfo": contact}
        return str(self._created("/api/v1/bookings", body, user)["bookingId"])

    def block(self, *seat_ids: str) -> None:
        """Withhold seats from sale, as the operator."""
        self._created("blocks", {"seatIds": seat_ids}, "operator", "admin")

    def _created(self, path: str, body: object, user: str, *roles: str) -> dict[str, object]:
        url = self.server.url + path if path.startswith("/") else f"{self.api}/{path}"
        answer = httpx.post(
            url, json=body, headers={"Authorization": f"Bearer {self.server.token(user, *roles)}"}, timeout=60
        )
        assert answer.is_success, answer.text
        return dict[str, object](answer.json())


PutOnSale = Callable[..., OwnEvent]
"""Takes a layout's id (the cinema's unless named) and fields of the event that differ from the usual ones."""


def put_on_sale_at(server: RunningServer) -> PutOnSale:
    """A function that puts a fresh event on sale at this server each time it is called."""
    admin = {"Authorization": f"Bearer {server.token('operator', 'admin')}"}

    def put_on_sale(layout_id: str = "cinema", **fields: object) -> OwnEvent:
        event_id = f"own-{next(_numbers)}"
        usual = {"name": f"Own Event {event_id}", "startsAt": "2099-01-01T20:00:00Z", "currency": "USD"}
        event = {"eventId": event_id, "layoutId": layout_id, **usual, **fields}
        answer = httpx.post(f"{server.url}/api/v1/events", json=event, headers=admin, timeout=60)
        assert answer.status_code == 201, answer.text
        return OwnEvent(event_id, server)

    return put_on_sale
