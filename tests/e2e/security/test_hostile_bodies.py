"""Bodies made to be costly, or to be read in two ways: every operation that reads one refuses them, and says why.

Sizes are in tests/e2e/http/test_problems.py, slow bodies in tests/e2e/cli/test_slow_bodies.py, and what fits the
schemas, or nearly does, in tests/e2e/http/test_fuzz.py.
"""

import gzip

from frontrow.http.app import OPERATIONS
from frontrow.http.operation import RawBody, RawJson
from frontrow.http.problems import PROBLEMS
from tests.e2e.security.victim import ABSENT, aims_at
from tests.support.http_stack import Api

ANSWER_BYTES_MAX = 16_384
"""No refusal says back all that it was sent, but that of a drawing, whose faults are all named."""
JSON = "application/json"
HOSTILE: dict[str, tuple[bytes, dict[str, str]]] = {
    "arrays in arrays": (b"[" * 60_000, {}),
    "objects in objects": (b'{"a":' * 12_000 + b"1" + b"}" * 12_000, {}),
    "arrays in a member": (b'{"seatIds":' + b"[" * 30_000 + b"]" * 30_000 + b"}", {}),
    "a number without end": (b'{"durationMinutes":' + b"9" * 60_000 + b"}", {}),
    "a power without end": (b'{"durationMinutes":1e' + b"9" * 20_000 + b"}", {}),
    "no number": (b'{"durationMinutes":NaN}', {}),
    "half a character": (b'{"seatIds":["\\ud800"],"name":"\\udfff","userId":"\\ud800"}', {}),
    "bytes that are no UTF-8": (b'{"seatIds":["\xff\xfe\xc0\x80"]}', {}),
    "UTF-16": ('{"seatIds":["A1"]}'.encode("utf-16"), {}),
    "a mark of byte order": (b'\xef\xbb\xbf{"seatIds":["A1"]}', {}),
    "a zero after its end": (b'{"seatIds":["A1"]}\0', {}),
    "two bodies": (b'{"seatIds":["A1"]}{"seatIds":["A2"]}', {}),
    "a comment": (b'{/**/"seatIds":["A1"]}', {}),
    "another charset": (b'{"seatIds":["A1"]}', {"content-type": f"{JSON}; charset=utf-7"}),
    "compressed": (gzip.compress(b'{"seatIds":["A1"]}'), {"content-encoding": "gzip"}),
    "a bomb": (gzip.compress(b"[" * 30_000_000, 9), {"content-encoding": "gzip"}),
    "a text": (b'"seatIds"', {}),
    "nothing at all": (b"null", {}),
    "many seats": (b'{"seatIds":[' + b",".join([b'"A1"'] * 12_000) + b"]}", {}),
    "many names": (b"{" + b",".join(b'"k%d":1' % number for number in range(5_000)) + b',"seatIds":"A1"}', {}),
    "a prototype": (b'{"__proto__":{"roles":["admin"]},"constructor":{"prototype":{}},"seatIds":1}', {}),
}
READ = [it for it in OPERATIONS if it.has_body and it.body is not RawBody]


async def test_a_hostile_body_is_refused_by_every_operation_that_reads_one(api: Api) -> None:
    for operation in READ:
        path = next(iter(aims_at(operation, ABSENT))).path
        for what, (content, headers) in HOSTILE.items():
            sent = {"content-type": JSON, **headers}
            answer = await api.ask(operation.method, path, by=("boss", "admin"), content=content, headers=sent)
            # Dialects ignore what they don't know, and some of their bodies may be empty.
            ignores = operation.errors is not PROBLEMS and operation.body_optional
            assert 400 <= answer.status < 500 or (ignores and answer.status == 200), (operation.name, what, answer)
            told_bytes = int(answer.headers["content-length"])
            assert told_bytes < ANSWER_BYTES_MAX or operation.body is RawJson, (operation.name, what)
        assert set((await api.states()).values()) == {"a"}, operation.name
