"""Erasing a person's data, for admins: the seats' history stays."""

import msgspec

from frontrow.domain.ids import USER_ID_BYTES_MAX, UserId, is_user_id
from frontrow.http.fields import Email
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, declared
from frontrow.http.problems import Code, FieldFault, Problem, invalid
from frontrow.http.refusals import listed, problem_of
from frontrow.http.services import Services
from frontrow.services.erasing import OrdersStillOpen, PersonErased


class ErasePerson(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Who is to be erased: the user with this id, and whoever gave this e-mail address; one of them at least."""

    user_id: str | None = None
    email: Email | None = None


class ErasureDocument(msgspec.Struct, frozen=True):
    """How many orders and bookings were changed; none where nobody was found (any more)."""

    changed: int


async def erase_person(services: Services, call: Call[ErasePerson, NoQuery]) -> Answer | Problem:
    """Take a person out of every order and booking."""
    user_id, email = call.body.user_id, call.body.email
    if user_id is None and email is None:
        return invalid(FieldFault("userId", "is required, or else `email`"))
    if user_id is not None and not is_user_id(user_id):
        return invalid(FieldFault("userId", f"must be a user's id of 1 to {USER_ID_BYTES_MAX} bytes"))
    outcome = await services.erasing.erase(call.user, user_id=None if user_id is None else UserId(user_id), email=email)
    match outcome:
        case PersonErased(changed=changed):
            return Answer(body=ErasureDocument(changed))
        case OrdersStillOpen(order_ids=order_ids):
            detail = f"not ended yet: {listed(order_ids)}, which keep their person: pay, cancel or resolve them first"
            return Problem(code=Code.ORDER_STATE, detail=detail)
        case _:
            return problem_of(outcome)


OPERATIONS = declared(
    Operation(
        name="erasePerson",
        method="POST",
        path="/api/v1/erasures",
        summary="Take a person out of every order and booking; which seats were sold when, and for how much, stays",
        tag="Erasures",
        access=Access.ADMIN,
        handler=erase_person,
        body=ErasePerson,
        query=NoQuery,
        answer=ErasureDocument,
        refusals=frozenset({Code.ORDER_STATE, Code.STORE_UNAVAILABLE}),
        example=Example(
            body=ErasePerson(user_id="ada", email="ada@example.com"),
            answer=ErasureDocument(changed=7),
        ),
    ),
)
