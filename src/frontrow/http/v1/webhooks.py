"""Webhooks: where payment gateways call back. No token: what they send is signed."""

import msgspec

from frontrow.domain.payment import CallbackRefused
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, RawBody, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.services.payment_callbacks import CallbackTaken, GatewayUnknown

BODY_BYTES_MAX = 256 * 1024
"""Gateways' callbacks are some kilobytes; what they are about may make them longer."""


class CallbackBody(msgspec.Struct, frozen=True):
    """What the gateway sends, in its own words. The signature is over it byte for byte."""


class CallbackReceived(msgspec.Struct, frozen=True):
    """It was dealt with, now or before."""


async def deliver_callback(services: Services, call: Call[RawBody, NoQuery]) -> Answer | Problem:
    """Take one callback of a gateway; what it is about, the gateway is asked."""
    gateway = call.path["gateway"]
    outcome = await services.payment_callbacks.told(gateway, call.headers, call.body.content)
    match outcome:
        case CallbackTaken():
            return Answer(body=CallbackReceived())
        case CallbackRefused(reason=reason):
            return Problem(code=Code.SIGNATURE_INVALID, detail=f"this is no callback of the gateway's: {reason}")
        case GatewayUnknown():
            return not_found(f"payment gateway {gateway} here")


OPERATIONS = declared(
    Operation(
        name="deliverCallback",
        method="POST",
        path="/api/v1/webhooks/{gateway}",
        summary="A payment gateway's signed callback",
        tag="Webhooks",
        access=Access.PUBLIC,
        handler=deliver_callback,
        body=RawBody,
        body_schema=CallbackBody,
        body_bytes_max=BODY_BYTES_MAX,
        query=NoQuery,
        reads_headers=True,
        answer=CallbackReceived,
        refusals=frozenset({Code.NOT_FOUND, Code.SIGNATURE_INVALID, Code.STORE_UNAVAILABLE, Code.PAYMENT_UNAVAILABLE}),
        example=Example(
            path={"gateway": "stripe"},
            body={"id": "evt_1Qx", "type": "payment_intent.succeeded"},
            answer=CallbackReceived(),
        ),
    ),
)
