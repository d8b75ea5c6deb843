"""Headers that pretend: to be another request, another site, another sender. None of them is believed.

Whose X-Forwarded-For counts is in tests/unit/test_client_address.py, tests/e2e/http/test_rate_limits.py and
tests/e2e/cli/test_rate_limits.py.
"""

from pathlib import Path

import httpx
import pytest

from frontrow.http.app import OPERATIONS
from frontrow.http.operation import Access, RawBody
from tests.e2e.security.victim import ABSENT, VICTIM, aims_at, all_of_it, settled
from tests.support.http_stack import EVENT, Api, api_of, bearer, running_application, token
from tests.support.valkey import ValkeyServer

EVIL = "evil.example"
PRETENDING = {
    "host": EVIL,
    "forwarded": f"for=127.0.0.1;host={EVIL};proto=https;by=127.0.0.1",
    "x-forwarded-host": EVIL,
    "x-forwarded-server": EVIL,
    "x-forwarded-proto": "javascript",
    "x-forwarded-prefix": f"//{EVIL}",
    "x-forwarded-port": "1",
    "x-forwarded-for": "127.0.0.1",
    "x-real-ip": "127.0.0.1",
    "true-client-ip": "127.0.0.1",
    "x-host": EVIL,
    "x-original-url": "/api/v1/notices",
    "x-rewrite-url": "/api/v1/notices",
    "x-original-host": EVIL,
    "x-http-method-override": "DELETE",
    "x-http-method": "DELETE",
    "x-method-override": "DELETE",
    "origin": f"https://{EVIL}",
    "referer": f"https://{EVIL}/",
}
FORM_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/csp-report",
)
"""What a page of any other site can make a browser send without asking first."""
READ = [it for it in OPERATIONS if it.method == "GET" and not it.streams and it.counts_as != "none"]
WITH_BODY = [it for it in OPERATIONS if it.has_body and it.body is not RawBody]
PAGES = ("/", "/docs", "/operator", "/embed/seat-map.js", "/openapi.json", "/no/such/page")


async def test_no_header_makes_another_request_of_one_or_shows_up_in_its_answer(api: Api) -> None:
    thing = (await settled(api))[0]
    before = await all_of_it(api)
    for operation in READ:
        by = ("boss", "admin") if operation.access is Access.ADMIN else (VICTIM,)
        for aim in aims_at(operation, thing):
            plain = await api.client.request(aim.method, aim.path, headers=bearer(*by))
            pretending = await api.client.request(aim.method, aim.path, headers={**PRETENDING, **bearer(*by)})
            assert pretending.status_code == plain.status_code, (operation.name, pretending.text)
            assert EVIL not in f"{pretending.headers} {pretending.text}", operation.name
    assert await all_of_it(api) == before


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_names_the_site_it_is_asked_to_be(api: Api, path: str) -> None:
    plain = await api.client.get(path, headers={"accept": "text/html"})
    pretending = await api.client.get(path, headers={**PRETENDING, "accept": "text/html"})
    assert (pretending.status_code, pretending.content) == (plain.status_code, plain.content)
    assert EVIL not in str(pretending.headers)


async def test_a_token_is_read_where_it_belongs_and_nowhere_else(api: Api) -> None:
    boss = token("boss", "admin")
    elsewhere = [
        {"params": {"access_token": boss}},
        {"params": {"token": boss, "jwt": boss}},
        {"headers": {"cookie": f"access_token={boss}; token={boss}; jwt={boss}; frontrow_session={boss}"}},
        {"headers": {"x-auth-token": boss, "x-access-token": boss, "proxy-authorization": f"Bearer {boss}"}},
        {"headers": {"x-forwarded-authorization": f"Bearer {boss}", "x-original-authorization": f"Bearer {boss}"}},
    ]
    for sent in elsewhere:
        answer = await api.client.get("/api/v1/notices", **sent)  # type: ignore[arg-type]
        assert answer.status_code == 401, sent


async def test_two_authorizations_are_never_the_stronger_one(api: Api) -> None:
    for first, second in (("boss", "eve"), ("eve", "boss")):
        headers = [
            ("authorization", f"Bearer {token(who, *(('admin',) if who == 'boss' else ()))}") for who in (first, second)
        ]
        answer = await api.client.get("/api/v1/notices", headers=headers)
        assert answer.status_code in (401, 403), (first, answer.text)


async def test_no_form_of_another_site_can_send_a_body(api: Api) -> None:
    for operation in WITH_BODY:
        path = next(iter(aims_at(operation, ABSENT))).path
        for media_type in FORM_TYPES:
            headers = bearer("boss", "admin") | {"content-type": media_type}
            answer = await api.ask(operation.method, path, by=None, headers=headers, content=b'{"eventId":"x"}')
            assert answer.status in (400, 415), (operation.name, media_type, answer)


async def test_an_origin_is_allowed_by_its_whole_name_and_never_with_credentials(
    folder: Path, valkey: ValkeyServer
) -> None:
    allowed = "https://shop.example"
    alike = (
        *("http://shop.example", "https://shop.example:444", "https://shop.example.evil.example", "null", ""),
        *("https://evil.example#https://shop.example", "https://shop.example@evil.example", "https://shop.example/"),
        *("https://shopxexample", "https://sub.shop.example", "https://shop.example, https://evil.example"),
    )
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    async with running_application(valkey.url, folder, cors_origins=(allowed,)) as running, api_of(running) as api:
        for origin in (allowed, *alike):
            headers = {"origin": origin}
            for answer in (
                await api.client.options(f"/api/v1/events/{EVENT}/holds", headers=headers | ask),
                await api.client.get("/api/v1/events", headers=headers),
                await api.client.get("/api/v1/holds", headers=headers),
            ):
                assert answer.headers.get("access-control-allow-origin") == (allowed if origin == allowed else None)
                assert "access-control-allow-credentials" not in answer.headers
                assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    "pretending",
    [{"x-forwarded-host": EVIL}, {"forwarded": f"host={EVIL}"}, {"origin": f"https://{EVIL}"}, {"x-host": EVIL}],
    ids=lambda headers: next(iter(headers)),
)
async def test_no_header_but_the_sites_own_name_widens_where_a_buyer_is_sent_back_to(
    api: Api, pretending: dict[str, str]
) -> None:
    thing = (await settled(api))[0]
    path = f"/api/v1/orders/{thing.order_id}/payment"
    answer = await api.post(path, {"returnUrl": f"https://{EVIL}/"}, headers=pretending, by=(VICTIM,))
    assert (answer.status, answer.code) == (422, "validation_failed")
    page = await api.client.get("/pay/demo/x", params={"returnUrl": f"https://{EVIL}/"}, headers=pretending)
    assert page.status_code == 422


async def test_headers_of_answers_have_no_line_of_the_askers(api: Api) -> None:
    split = "x\r\nset-cookie: frontrow_session=evil"
    paths = (
        httpx.URL("http://frontrow.test").copy_with(raw_path=b"/api/v1/events/x%0d%0aset-cookie:%20a=evil/seats"),
        httpx.URL("http://frontrow.test").copy_with(raw_path=b"/x%0d%0aset-cookie:%20a=evil"),
    )
    for path in paths:
        answer = await api.client.get(path)
        assert answer.status_code == 404 and "set-cookie" not in answer.headers
    for sent in ({"x-request-id": split}, {"last-event-id": split}, {"if-none-match": split}):
        answer = await api.client.get(f"/api/v1/events/{EVENT}/seat-states", headers=sent)
        assert "set-cookie" not in answer.headers and "evil" not in str(answer.headers)
