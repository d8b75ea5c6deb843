"""What every answer has in common, and what browsers and proxies rely on: methods, CORS, files, real sockets."""

import http.client
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from frontrow.app import WEB_FOLDER
from frontrow.http.app import OPERATIONS
from frontrow.http.static_files import MEDIA_TYPES, files_of
from frontrow.settings import LogLevel
from tests.support.http_stack import EVENT, Api, api_of, bearer, running_application, served
from tests.support.valkey import ValkeyServer

HOLDS = f"/api/v1/events/{EVENT}/holds"
SHOP = "https://shop.example"


async def test_a_request_id_is_made_or_taken_over_where_it_has_an_acceptable_form(api: Api) -> None:
    first, second = await api.get("/health/live"), await api.get("/health/live")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    own = await api.get("/nowhere", headers={"x-request-id": "trace-1.A_b"})
    assert (own.headers["x-request-id"], own.body["requestId"]) == ("trace-1.A_b", "trace-1.A_b")
    for bad in ("has space", "x" * 65, "<script>", ""):
        assert (await api.get("/nowhere", headers={"x-request-id": bad})).headers["x-request-id"] != bad


@pytest.mark.parametrize(
    "path",
    [
        *sorted(it.path for it in OPERATIONS if it.method == "GET" and "{" not in it.path),
        *(f"/api/v1/events/{EVENT}", f"/api/v1/events/{EVENT}/seat-states", "/openapi.json", "/docs"),
    ],
)
async def test_head_is_get_without_the_body(api: Api, path: str) -> None:
    get = await api.client.get(path, headers={"accept-encoding": "identity"} | bearer())
    head = await api.client.head(path, headers={"accept-encoding": "identity"} | bearer())
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    if not path.startswith(("/health", "/metrics")):  # whose figures move on
        assert head.headers["content-length"] == str(len(get.content))


async def test_options_names_the_methods(api: Api) -> None:
    answer = await api.ask("OPTIONS", "/api/v1/events")
    assert answer.status == 200
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FROB"])
async def test_a_method_that_is_not_there_is_a_problem(api: Api, method: str) -> None:
    answer = await api.ask(method, "/api/v1/bookings")
    assert answer.status in (400, 405)
    assert answer.code in ("method_not_allowed", "malformed")


async def test_answers_about_users_are_never_stored_and_those_about_events_are_revalidated(api: Api) -> None:
    await api.hold("A1")
    for path in ("/api/v1/holds", "/api/v1/bookings"):
        assert (await api.get(path, by=("buyer",))).headers["cache-control"] == "no-store"
    for path in ("/api/v1/events", f"/api/v1/events/{EVENT}", f"/api/v1/events/{EVENT}/seats"):
        assert (await api.get(path)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "tab\tkey", "\x7f"])
async def test_an_idempotency_key_of_another_form_is_refused(api: Api, key: str) -> None:
    answer = await api.post(HOLDS, {"seatIds": ["A1"]}, headers={"idempotency-key": key})
    assert (answer.code, answer.body["errors"][0]["field"]) == ("validation_failed", "Idempotency-Key")
    assert (await api.states())["A1"] == "a"


async def test_an_idempotency_key_of_255_characters_is_taken(api: Api) -> None:
    key = {"idempotency-key": "~" * 255}
    assert (await api.post(HOLDS, {"seatIds": ["A1"]}, headers=key)).status == 201


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
)
async def test_json_may_be_announced_in_any_usual_way(api: Api, content_type: str) -> None:
    headers = {"content-type": content_type}
    assert (await api.post(HOLDS, content=b'{"seatIds":["A1"]}', headers=headers)).status == 201


async def test_without_origins_no_other_site_may_read(api: Api) -> None:
    answer = await api.get("/api/v1/events", headers={"origin": SHOP})
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_pages_of_an_allowed_origin_may_call_and_others_may_not(folder: Path, valkey: ValkeyServer) -> None:
    async with (
        running_application(valkey.url, folder, cors_origins=(SHOP,)) as application,
        api_of(application) as api,
    ):
        asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        allowed = await api.ask("OPTIONS", HOLDS, by=None, headers={"origin": SHOP} | asks)
        assert allowed.status == 204
        assert allowed.headers["access-control-allow-origin"] == SHOP
        assert "POST" in allowed.headers["access-control-allow-methods"]
        assert {"authorization", "content-type", "idempotency-key"} <= set(
            allowed.headers["access-control-allow-headers"].split(", ")
        )
        refused = await api.ask("OPTIONS", HOLDS, by=None, headers={"origin": "https://evil.example"} | asks)
        assert "access-control-allow-origin" not in refused.headers
        problem = await api.post(HOLDS, {"seatIds": ["A1"]}, by=None, headers={"origin": SHOP})
        assert (problem.status, problem.headers["access-control-allow-origin"]) == (401, SHOP)
        exposed = problem.headers["access-control-expose-headers"].split(", ")
        assert {"retry-after", "date", "age", "etag"} <= set(exposed)
        assert "origin" in problem.headers["vary"]
        assert "access-control-allow-credentials" not in problem.headers


async def test_any_origin_may_be_allowed(folder: Path, valkey: ValkeyServer) -> None:
    async with (
        running_application(valkey.url, folder, cors_origins=("*",)) as application,
        api_of(application) as api,
    ):
        answer = await api.get("/api/v1/events", headers={"origin": "https://anyone.example"})
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_guest_tokens_can_be_switched_off(folder: Path, valkey: ValkeyServer) -> None:
    async with (
        running_application(valkey.url, folder, guest_tokens=False) as application,
        api_of(application) as api,
    ):
        assert (await api.post("/api/v1/guest-tokens", by=None)).code == "not_found"


async def test_every_file_of_the_web_folder_is_served_with_its_type_and_an_etag(api: Api) -> None:
    for path, file in files_of(WEB_FOLDER).items():
        answer = await api.client.get(path)
        named = re.sub(rb'(?<==")/~[0-9a-f]{16}(?=/)', b"", answer.content)  # pages name files of their own version
        assert (answer.status_code, named) == (200, file.content), path
        kind = Path(path).suffix or ".html"
        assert answer.headers["content-type"] == MEDIA_TYPES[kind]
        again = await api.client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_what_pages_name_says_its_version_and_is_never_asked_about_again(api: Api) -> None:
    for page in ("/", "/operator/"):
        answer = await api.client.get(page)
        assert answer.headers["cache-control"] == "no-cache"
        named = re.findall(r'(?:src|href)="(/[^"]+\.[a-z]+)"', answer.text)
        assert len(named) > 5
        for path in named:
            file = await api.client.get(path)
            assert (file.status_code, file.headers["cache-control"]) == (200, "public, max-age=31536000, immutable"), (
                path
            )


async def test_a_page_of_another_version_finds_its_files_and_keeps_none_of_them(api: Api) -> None:
    path = "/js/page/main.js"
    here, other = await api.client.get(path), await api.client.get(f"/~{'0' * 16}{path}")
    assert (other.status_code, other.content) == (200, here.content)
    assert here.headers["cache-control"] == other.headers["cache-control"] == "no-cache"


def test_only_known_kinds_of_files_inside_the_folder_are_served(tmp_path: Path) -> None:
    web = tmp_path / "web"
    (web / "js").mkdir(parents=True)
    (web / "desk").mkdir()
    (tmp_path / "secret.js").write_text("secret")
    for name in ("index.html", "desk/index.html", "js/a.js", "js/types.d.ts", ".env.json", "notes.md"):
        (web / name).write_text(name)
    (web / "js" / "out.js").symlink_to(tmp_path / "secret.js")
    assert set(files_of(web)) == {
        "/",
        "/index.html",
        "/desk",
        "/desk/",
        "/desk/index.html",
        "/js/a.js",
        "/js/types.d.ts",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/%2e%2e/app.py",
        "/..%2fapp.py",
        "/js/../../app.py",
        "/embed/..%5c..%5capp.py",
        "//etc/passwd",
        "/%00",
    ],
)
async def test_no_path_leads_out_of_the_web_folder(api: Api, path: str) -> None:
    url = httpx.URL("http://frontrow.test").copy_with(raw_path=path.encode())
    assert (await api.client.get(url)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_pages_may_only_run_what_this_server_gave_them(api: Api, path: str) -> None:
    headers = (await api.client.get(path)).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[kind] for kind in ("script-src", "style-src", "connect-src", "frame-ancestors")} == {"'self'"}
    assert "unsafe" not in headers["content-security-policy"] and "http" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")


async def test_a_browser_led_nowhere_gets_a_page_and_a_program_gets_a_problem(api: Api) -> None:
    asked = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = await api.client.get("/no/such/page", headers=asked)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-store" and "etag" not in page.headers
    assert page.content == (await api.client.get("/")).content
    for path, headers in (("/no/such/page", {}), ("/api/v1/no-such", asked)):
        answer = await api.client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_over_a_real_socket_one_connection_serves_one_request_after_another(folder: Path, valkey: ValkeyServer) -> None:
    with served(valkey.url, folder) as url:
        connection = http.client.HTTPConnection(urlsplit(url).hostname or "", urlsplit(url).port)
        too_large = b'{"reason":"' + b"x" * 200_000 + b'"}'
        for method, path, body, status in (
            ("POST", HOLDS, b'{"seatIds":["A1"]}', 201),
            ("HEAD", "/api/v1/events", None, 200),
            ("POST", HOLDS, b'{"seatIds":["A1"', 400),
            ("POST", HOLDS, too_large, 413),
            ("GET", "/api/v1/holds", None, 200),
            ("DELETE", f"{HOLDS}/1-AAAAAAAAAAAAAAAAAAAAAA", None, 404),
        ):
            connection.request(method, path, body, bearer() | {"content-type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == status, (method, path, content)
            assert answer.getheader("x-request-id")
        connection.request("POST", HOLDS, iter([b"x" * 70_000, b"y"]), bearer(), encode_chunked=True)
        assert connection.getresponse().status == 413
        connection.close()


async def test_refusals_and_faults_are_logged_without_anything_personal(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.hold("A1", by=("secret-user",))
    refused = await api.post(HOLDS, {"seatIds": ["A1"]}, by=("other-user",))
    printed = "".join(capsys.readouterr())
    assert re.search(rf"refused.*{refused.headers['x-request-id']}|{refused.headers['x-request-id']}.*refused", printed)
    assert "seats_unavailable" in printed
    assert "secret-user" not in printed and "other-user" not in printed


async def test_every_request_is_logged_by_its_route_where_that_is_asked_for(
    folder: Path, valkey: ValkeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with (
        running_application(valkey.url, folder, log_level=LogLevel.DEBUG) as application,
        api_of(application) as api,
    ):
        answer = await api.get(f"/api/v1/events/{EVENT}")
    printed = "".join(capsys.readouterr())
    of_it = (line for line in printed.splitlines() if answer.headers["x-request-id"] in line)
    line = next(line for line in of_it if "took_ms" in line)
    assert "/api/v1/events/{eventId}" in line and "200" in line
    assert EVENT not in line
