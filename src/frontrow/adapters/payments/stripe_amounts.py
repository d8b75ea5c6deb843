"""Amounts as Stripe counts them. Ours are minor units of ISO 4217; Stripe's differ for a few currencies.

Source: https://docs.stripe.com/currencies (zero-decimal currencies, three-decimal currencies, special cases).
"""

from frontrow.domain.pricing import currency_exponent

_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Where Stripe's number of decimals is not ISO's. Iceland's and Uganda's currencies have no decimals any more and are
still sent with two, always 00; Madagascar's has two in ISO 4217 and none at Stripe. The special cases of Hungary's and
Taiwan's concern payouts alone."""
_WHOLE = {"ISK": 100, "UGX": 100}
_THREE_DECIMALS = 3


class AmountNotSendable(ValueError):
    """Stripe takes no such amount; the message says why."""


def to_stripe(amount_minor: int, currency: str) -> int:
    """The amount as Stripe's API takes it.

    Raises:
        AmountNotSendable: the currency is unknown, or Stripe only takes rounder amounts of it: whole units of MGA,
            and three-decimal currencies in tens (the card networks know two of their decimals).
    """
    ours, theirs = _exponents(currency)
    scaled, rest = divmod(amount_minor * _power(theirs), _power(ours))
    step = 10 if theirs == _THREE_DECIMALS else _WHOLE.get(currency, 1)
    if rest or scaled % step:
        raise AmountNotSendable(f"{amount_minor} minor units of {currency} are no amount that Stripe takes")
    return scaled


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe says, in minor units of ISO 4217.

    Raises:
        AmountNotSendable: it is no whole number of those, which Stripe does not say of anything we have asked for.
    """
    ours, theirs = _exponents(currency)
    minor, rest = divmod(amount * _power(ours), _power(theirs))
    if rest:
        raise AmountNotSendable(f"Stripe's {amount} {currency} are no whole number of minor units")
    return minor


def _exponents(currency: str) -> tuple[int, int]:
    ours = currency_exponent(currency)
    if ours is None:
        raise AmountNotSendable(f"{currency} is no currency")
    return ours, _EXPONENTS.get(currency, ours)


def _power(exponent: int) -> int:
    return int(10**exponent)
