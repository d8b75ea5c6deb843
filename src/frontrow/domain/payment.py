"""Payments: what a gateway answers when money is to be taken or given back."""

import msgspec


class Paid(msgspec.Struct, frozen=True):
    """The amount is taken, now or by an earlier call under the same reference."""

    transaction_id: str


class Declined(msgspec.Struct, frozen=True):
    """Nothing was taken; `reason` is a sentence for the buyer."""

    reason: str


PaymentOutcome = Paid | Declined
