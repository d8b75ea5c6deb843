"""Guest sessions over HTTP: a user of one's own by a cookie, where a dialect's document shows no token."""

from http.cookies import SimpleCookie

import pytest

from frontrow.http.guest_sessions import COOKIE_NAME
from tests.e2e.dialects.conftest import Visits
from tests.support.http_stack import Answered, Api, token

SHOW = "6968c63750fc5afb14f89c46"


async def hold(api: Api, seat: str = "S1", user: str | None = "john123", **options: object) -> Answered:
    body = {"showId": SHOW, "seatNumber": seat, "userId": user}
    return await api.post("/hold", body, **{"by": None, **options})


def set_cookie(answer: Answered) -> SimpleCookie:
    return SimpleCookie(answer.headers.get("set-cookie", ""))


async def test_the_first_call_sets_a_cookie_that_only_this_site_is_sent(api: Api) -> None:
    morsel = set_cookie(await hold(api))[COOKIE_NAME]
    assert (morsel["path"], morsel["samesite"], morsel["max-age"]) == ("/", "Lax", "86400")
    assert morsel["httponly"]
    assert not morsel["secure"]


@pytest.mark.parametrize("proxied", [{"x-forwarded-proto": "https"}, {"forwarded": "proto=https"}])
async def test_over_https_the_cookie_stays_there(proxied: dict[str, str], api: Api) -> None:
    assert set_cookie(await hold(api, headers=proxied))[COOKIE_NAME]["secure"]


async def test_later_calls_are_the_same_guest_and_set_no_cookie(api: Api) -> None:
    first, again = await hold(api), await hold(api)
    assert (first.status, again.status) == (200, 200)
    assert "set-cookie" not in again.headers


async def test_two_sessions_that_both_say_john123_are_two_users(visits: Visits) -> None:
    one, other = await visits(), await visits()
    assert (await hold(one)).status == 200
    assert (await hold(other)).status == 409


async def test_two_labels_in_one_session_are_two_users(api: Api) -> None:
    assert (await hold(api, user="john123")).status == 200
    assert (await hold(api, user="mary456")).status == 409
    assert (await hold(api, user=None)).status == 409
    assert (await hold(api, user="john123")).status == 200


async def test_a_refused_call_begins_a_session_too(api: Api) -> None:
    refused = await hold(api, seat="none")
    assert refused.status == 400
    assert COOKIE_NAME in set_cookie(refused)


async def test_a_cookie_that_was_not_made_here_begins_a_new_session(visits: Visits) -> None:
    api = await visits()
    real = set_cookie(await hold(api))[COOKIE_NAME].value
    session_id, expires_s, signature = real.split(".")
    for forged in (
        "nonsense",
        token("john123"),
        f"{session_id}.{int(expires_s) + 1}.{signature}",
        f"{'A' * 22}.{expires_s}.{signature}",
        f"{real}x",
    ):
        answer = await hold(await visits(), headers={"cookie": f"{COOKIE_NAME}={forged}"})
        assert answer.status == 409, forged
        assert set_cookie(answer)[COOKIE_NAME].value not in (real, forged)


async def test_a_cookie_is_no_token(api: Api) -> None:
    cookie = set_cookie(await hold(api))[COOKIE_NAME].value
    answer = await hold(api, headers={"authorization": f"Bearer {cookie}"})
    assert answer.status == 401
    assert (await api.get("/api/v1/holds")).status == 401, "v1 knows tokens alone"


async def test_a_token_counts_before_a_session(api: Api) -> None:
    assert (await hold(api)).status == 200
    answer = await hold(api, seat="S2", user="ann", by=("ann",))
    assert answer.status == 200
    held = await api.get("/api/v1/holds", by=("ann",))
    assert [it["seatIds"] for it in held.body["items"]] == [["S2"]]


async def test_reading_what_is_public_begins_no_session(api: Api) -> None:
    answer = await api.get(f"/status/{SHOW}")
    assert "set-cookie" not in answer.headers
