"""Guest tokens over HTTP."""

import msgspec

from frontrow.http.fields import Time, time_text
from frontrow.http.guest_tokens import GuestTokens
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.token_keys import shared_secret


class GuestTokenDocument(msgspec.Struct, frozen=True, rename="camel"):
    """A user of your own and the token that speaks for it; it cannot be renewed."""

    token: str
    user_id: str
    expires_at: Time


async def create_guest_token(services: Services, _call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """A token for a user nobody had before."""
    settings = services.settings
    if not settings.guest_tokens or settings.jwt_secret is None:
        return not_found("guest token here: this server does not give any out; sign in instead")
    guest = GuestTokens(settings, services.clock, shared_secret(settings.jwt_secret)).issue()
    return Answer(
        body=GuestTokenDocument(token=guest.token, user_id=guest.user_id, expires_at=time_text(guest.expires_at_ms))
    )


OPERATIONS = declared(
    Operation(
        name="createGuestToken",
        method="POST",
        path="/api/v1/guest-tokens",
        summary="A token for a day, without signing up",
        tag="Tokens",
        access=Access.PUBLIC,
        handler=create_guest_token,
        body=NoBody,
        query=NoQuery,
        answer=GuestTokenDocument,
        status=201,
        refusals=frozenset({Code.NOT_FOUND}),
        example=Example(
            answer=GuestTokenDocument(
                token="eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
                user_id="guest-0Yl2bG9uZ2VyLXJhbmRvbQ",
                expires_at="2026-02-21T12:00:00.000Z",
            )
        ),
    ),
)
