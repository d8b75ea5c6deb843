"""The same thing asked for in another way, by other methods and spellings: each is judged as the plain one is."""

import httpx

from frontrow.http.app import OPERATIONS
from frontrow.http.operation import Access
from tests.e2e.security.victim import VICTIM, aims_at, settled
from tests.support.http_stack import Api, bearer

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "LOCK", "BREW")
KEPT = [it for it in OPERATIONS if it.method == "GET" and it.access in (Access.ADMIN, Access.USER, Access.GUEST)]
"""What is read by those it concerns."""


def spellings(path: str) -> list[str]:
    """The path as proxies and frameworks may take it for the same."""
    plain, question, query = path.partition("?")
    last = plain.rpartition("/")[2]
    others = [
        plain + "/",
        plain + "//",
        plain + "/.",
        plain + "%00",
        plain + "%20",
        plain + ";x=1",
        plain + "%3b",
        plain + ".json",
        plain + "%2f",
        plain.upper(),
        "/" + plain,
        plain.replace("/", "//"),
        plain.replace("/", "/./"),
        "/x/.." + plain,
        "/x/%2e%2e" + plain,
        "/" + plain[1:].replace("/", "%2f"),
        "/" + plain[1:].replace("/", "\\"),
        plain[: -len(last)] + "".join(f"%{ord(letter):02x}" for letter in last),
    ]
    return [spelling + question + query for spelling in others]


async def test_no_spelling_of_a_path_shows_what_the_plain_one_does_not(api: Api) -> None:
    thing = (await settled(api))[0]
    strangers = {Access.ADMIN: bearer("eve"), Access.USER: bearer("eve"), Access.GUEST: bearer("eve")}
    tried = 0
    for operation in KEPT:
        for aim in aims_at(operation, thing):
            owner = bearer("boss", "admin") if operation.access is Access.ADMIN else bearer(VICTIM)
            plain = (await api.client.get(aim.path, headers=owner)).content
            assert plain, operation.name
            for spelling in spellings(aim.path):
                url = httpx.URL("http://frontrow.test").copy_with(raw_path=spelling.encode())
                for headers in (strangers[operation.access], {}):
                    answer = await api.client.get(url, headers=headers)
                    assert answer.status_code in (401, 403, 404) or answer.content != plain, (spelling, answer.text)
                    assert VICTIM not in answer.text, (spelling, answer.text)
                    tried += 1
    assert tried > 500


async def test_head_is_judged_as_get_is(api: Api) -> None:
    thing = (await settled(api))[0]
    for operation in KEPT:
        for aim in aims_at(operation, thing):
            for headers in (bearer("eve"), bearer("boss", "admin"), {}):
                got = await api.client.get(aim.path, headers=headers)
                head = await api.client.head(aim.path, headers=headers)
                assert (head.status_code, head.content) == (got.status_code, b""), (operation.name, headers)


async def test_a_method_that_is_not_declared_does_nothing_and_says_nothing_back(api: Api) -> None:
    thing = (await settled(api))[0]
    declared: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        if not operation.streams:
            declared.setdefault(operation.path, {"OPTIONS"}).add(operation.method)
    said = {"x-said": "said-by-the-asker", **bearer("boss", "admin")}
    for operation in OPERATIONS:
        if operation.streams:
            continue
        known = declared[operation.path] | ({"HEAD"} if "GET" in declared[operation.path] else set())
        path = next(iter(aims_at(operation, thing))).path
        for method in METHODS:
            if method not in known:
                answer = await api.client.request(method, path, headers=said)
                assert answer.status_code in (400, 405), (method, operation.path, answer.text)
                assert "said-by-the-asker" not in f"{answer.text} {answer.headers}"
