"""A stream as the two clients read it: whose it is, how long a frame may be, and where a broken one goes on."""

import httpx
import pytest

from frontrow.client import AsyncClient, Client, SeatChanges, SeatSnapshot, UnexpectedAnswer
from frontrow.client.watching import FRAME_BYTES_MAX, Watching, changes

SIGN_IN = "<html>Welcome to the airport. Sign in first.</html>"
SNAPSHOT = (
    b'event: snapshot\nid: e:1\ndata: {"epoch":"e","offset":"1","layoutId":"l","layoutVersion":1,"states":"aa"}\n\n'
)


def begun() -> Watching:
    stream = changes("gala")
    stream.begin("text/event-stream; charset=utf-8")
    return stream


def test_an_answer_that_is_no_stream_is_an_error_instead_of_being_asked_for_for_ever() -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, html=SIGN_IN)))
    with pytest.raises(UnexpectedAnswer, match="no text/event-stream, but text/html") as raised:
        next(Client("http://frontrow.test", http=http).changes("gala"))
    assert raised.value.status == 200


async def test_an_async_answer_that_is_no_stream_is_an_error_too() -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, html=SIGN_IN)))
    with pytest.raises(UnexpectedAnswer, match="no text/event-stream, but text/html"):
        await anext(AsyncClient("http://frontrow.test", http=http).changes("gala"))


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/json", "text/event-streams"])
def test_no_other_media_type_is_a_stream(media_type: str) -> None:
    with pytest.raises(UnexpectedAnswer):
        changes("gala").begin(media_type)


@pytest.mark.parametrize("line", [b"data: " + b"x" * 1_000 + b"\n", b"data:\n" * 1_000, b"x" * 100_000])
def test_a_frame_without_end_is_not_kept_whatever_its_lines_are(line: bytes) -> None:
    stream, pieces = begun(), 0
    with pytest.raises(UnexpectedAnswer, match="a frame of over"):
        while pieces * len(line) < 2 * FRAME_BYTES_MAX:
            pieces += 1
            assert not list(stream.received(line))


def test_frames_one_after_the_other_may_be_as_many_as_they_like() -> None:
    stream = begun()
    filler = b"event: of a newer server\ndata: " + b"x" * (FRAME_BYTES_MAX // 3) + b"\n\n"
    for _ in range(5):
        assert not list(stream.received(filler))
    [update] = stream.received(SNAPSHOT)
    assert isinstance(update, SeatSnapshot) and update.states == "aa"


def test_asking_where_it_goes_on_disturbs_nothing_and_beginning_anew_forgets_half_a_frame() -> None:
    stream = begun()
    assert not list(stream.received(SNAPSHOT[:40]))
    assert stream.request().query == ()
    assert len(list(stream.received(SNAPSHOT[40:]))) == 1
    assert stream.request().query == (("lastEventId", "e:1"),)
    assert not list(stream.received(b"event: changes\nid: e:9\ndata: {"))
    stream.begin("text/event-stream")
    [update] = stream.received(b'event: changes\nid: e:2\ndata: {"offset":"2",\ndata: "seats":{"h":["A1"]}}\n\n')
    assert isinstance(update, SeatChanges) and update.seats == {"h": ("A1",)}
