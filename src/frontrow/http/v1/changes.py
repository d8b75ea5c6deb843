"""The seats of an event as they change: a stream that begins with all of them, or where the client left off."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.http.operation import (
    JSON_MEDIA_TYPE,
    STREAM_MEDIA_TYPE,
    Access,
    Answer,
    Call,
    Example,
    NoBody,
    Operation,
    declared,
)
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH


class ChangesQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Where to go on; a Last-Event-ID header goes before."""

    last_event_id: Annotated[
        str | None, Meta(description="the id of the last frame received; a snapshot comes first where it is not known")
    ] = None


class SeatEvent(msgspec.Struct, frozen=True):
    """One event of the stream. `snapshot`: every seat in layout order, one character each (`a` available, `h` held, `b`
    booked, `x` blocked). `changes`: the ids of the seats that changed, by their new state."""

    event: Literal["snapshot", "changes"]
    id: Annotated[str, Meta(description="`<epoch>:<offset>`, where a later stream can go on")]
    data: Annotated[
        str,
        Meta(
            description="JSON: `epoch`, `offset`, `layoutId`, `layoutVersion` and `states`; or `offset` and `seats`",
            extra_json_schema={"contentMediaType": JSON_MEDIA_TYPE},
        ),
    ]


async def watch_changes(services: Services, call: Call[NoBody, ChangesQuery]) -> Answer | Problem:
    """Everything that happens to the event's seats from now on, and first what the client misses."""
    event_id = EventId(call.path["eventId"])
    admission = services.watchers.admit(call.address)
    if isinstance(admission, Problem):
        return admission
    try:
        event = await services.live.shown(event_id)
    except BaseException:
        admission.give_back()
        raise
    if event is None:
        admission.give_back()
        return not_found(f"event {event_id}")
    _, view = event
    shown = call.last_event_id or call.query.last_event_id
    return Answer(
        stream=lambda socket: services.watchers.stream(event_id, view, shown=shown, admission=admission, socket=socket)
    )


OPERATIONS = declared(
    Operation(
        name="watchChanges",
        method="GET",
        path="/api/v1/events/{eventId}/changes",
        summary="The seats' states as they change, as an event stream",
        tag="Seats",
        access=Access.PUBLIC,
        handler=watch_changes,
        body=NoBody,
        query=ChangesQuery,
        answer=SeatEvent,
        streams=True,
        media_type=STREAM_MEDIA_TYPE,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE, Code.STREAM_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"lastEventId": "u5Yc1s2k.grand-hall.1:1767225600000-0-x7Qa"},
            answer=SeatEvent(
                event="snapshot",
                id="u5Yc1s2k.grand-hall.1:1767225600000-0-x7Qa",
                data='{"epoch":"u5Yc1s2k.grand-hall.1","offset":"1767225600000-0-x7Qa","layoutId":"grand-hall",'
                '"layoutVersion":1,"states":"hhhaabx"}',
            ),
        ),
    ),
)
