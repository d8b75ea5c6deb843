"""Times on the wire are RFC 3339 in UTC with milliseconds, and come back as they went."""

from datetime import datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from frontrow.http.fields import time_ms, time_text


@given(st.integers(0, 253_402_300_799_999))
def test_a_time_is_read_back_to_the_millisecond(at_ms: int) -> None:
    text = time_text(at_ms)
    assert len(text) == len("2026-03-01T19:30:00.000Z")
    assert time_ms(datetime.fromisoformat(text)) == at_ms
    assert time_ms(msgspec.convert(text, datetime)) == at_ms


def test_a_time_looks_as_the_contract_shows_it() -> None:
    assert time_text(1_772_393_400_007) == "2026-03-01T19:30:00.007Z"
