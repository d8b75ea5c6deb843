"""Paths and queries made to be costly, or to be something else to whom they are handed on: none is a fault here."""

from collections.abc import Iterator
from urllib.parse import quote_from_bytes

import httpx

from frontrow.http.app import OPERATIONS
from frontrow.http.operation import AnyOperation
from tests.e2e.security.victim import ABSENT, NOT_THERE, Aim, aims_at, fields_of, in_path, settled
from tests.support.http_stack import Api, bearer

HOSTILE: tuple[bytes, ...] = (
    *(b"9" * 5_000, b"-1", b"[" * 20_000, b'{"x":1e400,"y":0,"width":1,"height":1}'),
    *(b"../' OR '1'='1' -- %_$(id)`id`{{7*7}}", b"\r\nset-cookie: a=b\0", b"\xff\xfe"),
    *(b"A1," * 5_000, b"spring-gala}:*", b"999999999999999999-AAAAAAAAAAAAAAAAAAAAAA", b""),
)
"""Numbers, JSON, languages of shells, databases and templates, characters, paths, and names of the store's keys."""


def told_hostile(operation: AnyOperation, aim: Aim) -> Iterator[bytes]:
    """The request's address with each of its parameters replaced by each of these."""
    plain = aim.path.partition("?")[0].encode()
    for value in HOSTILE:
        written = quote_from_bytes(value, safe="").encode()
        for name in fields_of(operation.query):
            yield plain + b"?" + name.encode() + b"=" + written
        for name in fields_of(operation.query)[:1]:
            yield plain + b"?" + (name.encode() + b"=" + written[:100] + b"&") * 2
        for name in in_path(operation):
            path = operation.path
            for other in in_path(operation):
                if other != name:
                    path = path.replace(f"{{{other}}}", {"version": "1"}.get(other, NOT_THERE))
            yield path.replace(f"{{{name}}}", "\0").encode().replace(b"\0", written)


async def test_no_address_is_a_fault_whatever_it_says(api: Api) -> None:
    await settled(api)
    before = await api.states()
    asked = 0
    for operation in OPERATIONS:
        if operation.streams or not (in_path(operation) or operation.has_query):
            continue
        aim = next(iter(aims_at(operation, ABSENT)))
        for raw in set(told_hostile(operation, aim)):
            url = httpx.URL("http://frontrow.test").copy_with(raw_path=raw)
            headers = bearer("boss", "admin")
            answer = await api.client.request(operation.method, url, headers=headers, json=aim.body)
            assert answer.status_code < 500, (operation.name, raw[:200], answer.text[:500])
            assert len(answer.content) < 100_000 or answer.status_code == 200, (operation.name, raw[:200])
            assert "set-cookie" not in answer.headers
            asked += 1
    assert asked > 500
    assert await api.states() == before
