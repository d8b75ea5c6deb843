"""Stripe's webhooks: verified by the official SDK over the raw body, and read for the payment they are about alone."""

from collections.abc import Mapping

import msgspec
import stripe

from frontrow.adapters.payments.stripe_answers import PAYMENT_ID_LABEL
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import CallbackRefused, GatewayCallback

SIGNATURE_HEADER = "stripe-signature"
TOLERANCE_S = 300
"""Stripe's own default: an old copy of a webhook is worth nothing."""


class _Object(msgspec.Struct, frozen=True):
    metadata: dict[str, str] | None = None


class _Data(msgspec.Struct, frozen=True):
    object: _Object


class _Event(msgspec.Struct, frozen=True):
    id: str
    data: _Data


def verified(headers: Mapping[str, str], body: bytes, *, secret: str, now_ms: int) -> GatewayCallback | CallbackRefused:
    """The callback, once its signature and age are right.

    Intents, their charges and our refunds all carry our payment id; what does not is about nothing of ours.
    """
    header = headers.get(SIGNATURE_HEADER, "")
    if not header.isascii():
        return CallbackRefused("Stripe's signature: not in ASCII, which the SDK cannot compare")
    try:
        # The SDK would compare with the machine's clock; the age is looked at below, by the clock we are given.
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        signed_at_s = next(int(part[2:]) for part in header.split(",") if part.startswith("t="))
    except (stripe.SignatureVerificationError, ValueError, StopIteration) as error:
        return CallbackRefused(f"Stripe's signature: {error}")
    if abs(now_ms // 1000 - signed_at_s) > TOLERANCE_S:
        return CallbackRefused(f"signed more than {TOLERANCE_S} s ago, or in the future")
    try:
        event = msgspec.json.decode(body, type=_Event)
    except msgspec.DecodeError as error:
        return CallbackRefused(f"signed, but unreadable: {error}")
    payment_id = (event.data.object.metadata or {}).get(PAYMENT_ID_LABEL)
    return GatewayCallback(event.id, None if payment_id is None else PaymentId(payment_id))
