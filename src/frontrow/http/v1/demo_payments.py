"""The demo bank's card page, for its own scripts. Here only where the demo takes the payments; whoever knows a
payment's id may pay it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import PaymentId
from frontrow.domain.texts import PRINTABLE_PATTERN
from frontrow.http.fields import Money
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.ports.demo_bank import CardConduct, Decline, DemoPaymentShown, DemoStage
from frontrow.services.demo_desk import DemoDesk

CARD_CHARS_MAX = 40


class DemoCardDocument(msgspec.Struct, frozen=True, rename="camel"):
    """A test card and what the bank does with it."""

    number: str
    conduct: CardConduct


class DemoPaymentDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A payment as its card page shows it."""

    payment_id: str
    stage: Annotated[DemoStage, Meta(description="what the page waits for, or how it ended")]
    amount: Money
    description: str
    cards: tuple[DemoCardDocument, ...]
    return_url: str | None = None
    decline: Annotated[Decline | None, Meta(description="why the last card tried was not taken")] = None
    card_end: Annotated[str | None, Meta(description="the last four digits of the card in use")] = None


class TryCard(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The card to try."""

    number: Annotated[str, Meta(min_length=1, max_length=CARD_CHARS_MAX, pattern=PRINTABLE_PATTERN)]


class AnswerSecondStep(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Whether the buyer confirms the payment."""

    accepted: bool


class GiveUpPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is to be said."""


async def get_demo_payment(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The payment as it stands."""
    desk = services.demo_desk
    return _unknown() if desk is None else _answer(desk, await desk.shown(_id_of(call.path)))


async def try_card(services: Services, call: Call[TryCard, NoQuery]) -> Answer | Problem:
    """Try a card."""
    desk = services.demo_desk
    return _unknown() if desk is None else _answer(desk, await desk.pay(_id_of(call.path), call.body.number))


async def answer_second_step(services: Services, call: Call[AnswerSecondStep, NoQuery]) -> Answer | Problem:
    """Confirm or refuse the payment."""
    desk = services.demo_desk
    if desk is None:
        return _unknown()
    return _answer(desk, await desk.confirm(_id_of(call.path), accepted=call.body.accepted))


async def give_up_payment(services: Services, call: Call[GiveUpPayment, NoQuery]) -> Answer | Problem:
    """Stop the payment."""
    desk = services.demo_desk
    return _unknown() if desk is None else _answer(desk, await desk.give_up(_id_of(call.path)))


def _id_of(path: dict[str, str]) -> PaymentId:
    return PaymentId(path["paymentId"])


def _unknown() -> Problem:
    return not_found("payment at the demo's bank")


def _answer(desk: DemoDesk, shown: DemoPaymentShown | None) -> Answer | Problem:
    if shown is None:
        return _unknown()
    return Answer(
        body=DemoPaymentDocument(
            payment_id=shown.payment_id,
            stage=shown.stage,
            amount=Money(shown.amount_minor, shown.currency),
            description=shown.description,
            cards=tuple(DemoCardDocument(card.number, card.conduct) for card in desk.cards),
            return_url=shown.return_url,
            decline=shown.decline,
            card_end=shown.card_end,
        )
    )


_EXAMPLE = DemoPaymentDocument(
    payment_id="1-r3VbCwFQx0m2Zr6Qm1xG5A",
    stage=DemoStage.CARD,
    amount=Money(9_000, "USD"),
    description="Hamlet, 2 seats",
    cards=(DemoCardDocument("4242424242424242", CardConduct.PAYS),),
    return_url="/?event=hamlet-2026-03-01",
)
_PAID = msgspec.structs.replace(_EXAMPLE, stage=DemoStage.PAID, card_end="4242")
_PATH = {"paymentId": _EXAMPLE.payment_id}
_REFUSALS = frozenset({Code.NOT_FOUND, Code.PAYMENT_UNAVAILABLE})

OPERATIONS = declared(
    Operation(
        name="getDemoPayment",
        method="GET",
        path="/api/v1/demo-payments/{paymentId}",
        summary="A payment at the demo's bank, for its card page",
        tag="Demo bank",
        access=Access.PUBLIC,
        handler=get_demo_payment,
        body=NoBody,
        query=NoQuery,
        answer=DemoPaymentDocument,
        refusals=_REFUSALS,
        example=Example(path=_PATH, answer=_EXAMPLE),
    ),
    Operation(
        name="tryDemoCard",
        method="POST",
        path="/api/v1/demo-payments/{paymentId}/card",
        summary="Try a card; one that is declined leaves room for another",
        tag="Demo bank",
        access=Access.PUBLIC,
        handler=try_card,
        body=TryCard,
        query=NoQuery,
        answer=DemoPaymentDocument,
        refusals=_REFUSALS,
        example=Example(path=_PATH, body=TryCard(number="4242424242424242"), answer=_PAID),
    ),
    Operation(
        name="confirmDemoPayment",
        method="POST",
        path="/api/v1/demo-payments/{paymentId}/confirmation",
        summary="Confirm or refuse the payment in the bank's second step",
        tag="Demo bank",
        access=Access.PUBLIC,
        handler=answer_second_step,
        body=AnswerSecondStep,
        query=NoQuery,
        answer=DemoPaymentDocument,
        refusals=_REFUSALS,
        example=Example(path=_PATH, body=AnswerSecondStep(accepted=True), answer=_PAID),
    ),
    Operation(
        name="giveUpDemoPayment",
        method="POST",
        path="/api/v1/demo-payments/{paymentId}/cancel",
        summary="Stop the payment, where the bank is not at it yet",
        tag="Demo bank",
        access=Access.PUBLIC,
        handler=give_up_payment,
        body=GiveUpPayment,
        query=NoQuery,
        answer=DemoPaymentDocument,
        body_optional=True,
        refusals=_REFUSALS,
        example=Example(
            path=_PATH,
            body=GiveUpPayment(),
            answer=msgspec.structs.replace(_EXAMPLE, stage=DemoStage.CANCELLED),
        ),
    ),
)
