"""`GET /metrics`: what the whole server counts, for Prometheus and admins; to everybody else there is no such page."""

from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services

TEXT = "text/plain"


async def metrics(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Every metric of every worker, in Prometheus's text format."""
    is_admin = call.caller is not None and call.caller.is_admin
    if not is_admin and not services.metrics_readers.may_read(call.peer, call.headers):
        return not_found("page or operation /metrics")
    text = await services.metrics()
    return Answer(body=text.content, media_type=text.media_type)


OPERATIONS = declared(
    Operation(
        name="getMetrics",
        method="GET",
        path="/metrics",
        summary="What is counted, for Prometheus: to peers of FRONTROW_METRICS_FROM and admins, else 404",
        tag="Health",
        access=Access.OPTIONAL,
        counts_as="none",
        handler=metrics,
        body=NoBody,
        query=NoQuery,
        answers_text=(TEXT,),
        media_type=TEXT,
        refusals=frozenset({Code.NOT_FOUND}),
        reads_headers=True,
        example=Example(),
    ),
)
