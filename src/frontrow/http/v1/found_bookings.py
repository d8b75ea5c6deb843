"""Finding a booking again by its code and e-mail address: for guests whose token ran out, and from any browser."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import UserId
from frontrow.domain.texts import PRINTABLE_PATTERN
from frontrow.http.fields import Email, Time, time_text
from frontrow.http.guest_tokens import GuestToken, GuestTokens, is_guest
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.token_keys import shared_secret
from frontrow.http.v1.bookings import EXAMPLE, BookingDocument, booking_document
from frontrow.services.booking_finding import BookingFound

CODE_CHARS_MAX = 64


class FindBooking(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What stands on the ticket, and the e-mail address it was booked with."""

    code: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=CODE_CHARS_MAX,
            pattern=PRINTABLE_PATTERN,
            description="the ticket code, with or without its hyphens; or the booking's id",
        ),
    ]
    email: Email


class FoundBookingDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The booking; and, where a guest made it and this server gives guest tokens out, a fresh token of that guest's."""

    booking: BookingDocument
    token: str | None = None
    token_expires_at: Time | None = None


async def find_booking(services: Services, call: Call[FindBooking, NoQuery]) -> Answer | Problem:
    """The booking that has this code and this e-mail address; every mismatch is answered alike."""
    code, email = call.body.code, call.body.email
    limiter = services.rate_limiter
    refusal = None if limiter is None else limiter.refusal_of_find(email)
    if refusal is not None:
        return refusal
    found = await services.booking_finding.find(code, email)
    if not isinstance(found, BookingFound):
        return not_found("booking with this code and e-mail address; check both, they stand in the confirmation")
    guest = _guest_token(services, found.booking.user_id)
    return Answer(
        body=FoundBookingDocument(
            booking=booking_document(await services.booking_display.show(found.booking)),
            token=None if guest is None else guest.token,
            token_expires_at=None if guest is None else time_text(guest.expires_at_ms),
        )
    )


def _guest_token(services: Services, user_id: UserId) -> GuestToken | None:
    """A token of a guest's, who has no other way back; whoever signs in elsewhere signs in there."""
    settings = services.settings
    if not (settings.guest_tokens and is_guest(user_id)) or settings.jwt_secret is None:
        return None
    return GuestTokens(settings, services.clock, shared_secret(settings.jwt_secret)).renew(user_id)


OPERATIONS = declared(
    Operation(
        name="findBooking",
        counts_as="find",
        method="POST",
        path="/api/v1/bookings/find",
        summary="Find a booking by its code and e-mail address, without a token",
        tag="Bookings",
        access=Access.PUBLIC,
        handler=find_booking,
        body=FindBooking,
        query=NoQuery,
        answer=FoundBookingDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            body=FindBooking(code="QX7K-2M4N-ABCD-EF23", email="ada@example.com"),
            answer=FoundBookingDocument(
                booking=EXAMPLE,
                token="eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
                token_expires_at="2026-02-21T12:00:00.000Z",
            ),
        ),
    ),
)
