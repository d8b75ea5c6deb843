"""Comparing an event's ledger with the store and the gateways, for admins, and healing what can be healed."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, declared
from frontrow.http.problems import Code, FieldFault, Problem, invalid
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.events import PATH
from frontrow.services.money_findings import Finding, Outcome, ReconcilePoint, Reconciliation, Stage

_STAGES = "|".join(Stage)
_CURSOR_PARTS = 3
_Cursor = Annotated[
    str,
    Meta(
        pattern=rf"^({_STAGES}):[0-9]{{0,15}}:[A-Za-z0-9_.\-]{{0,64}}$(?!\n)",
        extra={"form": "the `nextCursor` of the answer before"},
        description="`nextCursor` of the answer before",
    ),
]


class Reconcile(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What to compare: the event from its beginning, or from where the answer before ended."""

    cursor: _Cursor | None = None
    captured: Annotated[
        bool, Meta(description="also ask the gateways about captured payments, their refunds, and stopped payments")
    ] = True


class FindingDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One thing that differed. `outcome`: `healed`; `waiting` for what is tried again by itself; or `person`: somebody
    has to look."""

    stage: Stage
    outcome: Outcome
    said: Annotated[str, Meta(description="a sentence for operators")]
    order_id: str | None = None
    payment_id: str | None = None
    refund_id: str | None = None
    seat_ids: tuple[str, ...] = ()


class ReconciliationDocument(msgspec.Struct, frozen=True, rename="camel"):
    """What this call found; `nextCursor` asks for the next piece, and is null at the end."""

    event_id: str
    findings: tuple[FindingDocument, ...]
    looked_at: Annotated[int, Meta(description="how many orders, payments and refunds, and the seats as one")]
    next_cursor: str | None = None


async def reconcile_event(services: Services, call: Call[Reconcile, NoQuery]) -> Answer | Problem:
    """Compare a piece of the event and heal it."""
    event_id = EventId(call.path["eventId"])
    point = None if call.body.cursor is None else _point_of(call.body.cursor)
    if isinstance(point, Problem):
        return point
    outcome = await services.money_reconciler.reconcile(call.user, event_id, point, with_captured=call.body.captured)
    if not isinstance(outcome, Reconciliation):
        return problem_of(outcome, event_id=event_id[:64])
    return Answer(
        body=ReconciliationDocument(
            event_id=event_id,
            findings=tuple(map(_document, outcome.findings)),
            looked_at=outcome.looked_at,
            next_cursor=None if outcome.next_point is None else _cursor_of(outcome.next_point),
        )
    )


def _cursor_of(point: ReconcilePoint) -> str:
    return f"{point.stage}:{'' if point.after_ms is None else point.after_ms}:{point.after_id or ''}"


def _point_of(cursor: str) -> ReconcilePoint | Problem:
    stage, after_ms, after_id = cursor.split(":", _CURSOR_PARTS - 1)
    if stage == Stage.ORDERS and after_id and not after_ms:
        return invalid(FieldFault("cursor", "must be the `nextCursor` of the answer before"))
    return ReconcilePoint(Stage(stage), int(after_ms) if after_ms else None, after_id or None)


def _document(finding: Finding) -> FindingDocument:
    return FindingDocument(
        stage=finding.stage,
        outcome=finding.outcome,
        said=finding.said,
        order_id=finding.order_id,
        payment_id=finding.payment_id,
        refund_id=finding.refund_id,
        seat_ids=finding.seat_ids,
    )


OPERATIONS = declared(
    Operation(
        name="reconcileEvent",
        method="POST",
        path="/api/v1/events/{eventId}/reconciliation",
        summary="Compare an event's ledger with store and gateways, piece by piece, and heal what can be healed",
        tag="Events",
        access=Access.ADMIN,
        handler=reconcile_event,
        body=Reconcile,
        body_optional=True,
        query=NoQuery,
        answer=ReconciliationDocument,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            body=Reconcile(cursor="orders:1771589071007:1-hR2vZs0bUeKq3mXy7TgN1w", captured=False),
            answer=ReconciliationDocument(
                event_id="hamlet-2026-03-01",
                findings=(
                    FindingDocument(
                        stage=Stage.PAYMENTS,
                        outcome=Outcome.HEALED,
                        said="the ledger had it as processing, the gateway has it as captured",
                        order_id="1-hR2vZs0bUeKq3mXy7TgN1w",
                        payment_id="1-Zk8dW2sPq0c1x9K4fLw6vB",
                    ),
                ),
                looked_at=37,
            ),
        ),
    ),
)
