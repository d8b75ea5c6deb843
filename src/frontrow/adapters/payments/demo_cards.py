"""The demo bank's test cards. They are the numbers payment providers document for tests: no real card has them."""

import re

from frontrow.ports.demo_bank import CardConduct, DemoCard

TEST_CARDS = (
    DemoCard("4242424242424242", CardConduct.PAYS),
    DemoCard("4000000000000002", CardConduct.DECLINED),
    DemoCard("4000000000009995", CardConduct.NO_FUNDS),
    DemoCard("4000000000003220", CardConduct.SECOND_STEP),
    DemoCard("4000000000000119", CardConduct.ANSWER_LOST),
    DemoCard("4000000000000341", CardConduct.SLOW),
    DemoCard("4000000000000077", CardConduct.LATE),
    DemoCard("4000000000005126", CardConduct.REFUND_FAILS),
)
_CONDUCTS = {card.number: card.conduct for card in TEST_CARDS}
_NO_DIGITS = re.compile(r"[^0-9]")


def digits_of(card_number: str) -> str:
    """The number without spaces and whatever else people type between digits."""
    return _NO_DIGITS.sub("", card_number)


def conduct_of(card_number: str) -> CardConduct:
    """What the bank does with this card; any number that is none of the test cards' pays."""
    return _CONDUCTS.get(digits_of(card_number), CardConduct.PAYS)
