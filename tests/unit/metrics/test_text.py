"""The text is what Prometheus's own reader reads back, value for value."""

from prometheus_client.parser import text_string_to_metric_families

from frontrow.measures import Spread
from frontrow.metrics import families
from frontrow.metrics.family import Kind, Readings
from frontrow.metrics.text import text_of


def test_counters_gauges_and_histograms_are_read_back() -> None:
    readings = Readings()
    readings.put(families.SEAT_CHANGES, 3, "held")
    readings.put(families.SEAT_CHANGES, 1, "booked")
    readings.put(families.EXPIRY_LAG, 0.25)
    spread = Spread((0.5, 1))
    for value in (0.1, 0.7, 0.7, 9):
        spread.note(value)
    readings.put_spread(families.SCRIPT_SECONDS, spread, "acquire_hold")
    parsed = {
        family.name: family for family in text_string_to_metric_families(text_of(readings, families.ALL).decode())
    }
    assert {sample.labels["change"]: sample.value for sample in parsed["frontrow_seat_changes"].samples} == {
        "held": 3,
        "booked": 1,
    }
    assert [sample.value for sample in parsed["frontrow_expiry_lag_seconds"].samples] == [0.25]
    script = parsed["frontrow_store_script_seconds"]
    assert [(it.name.rpartition("_")[2], it.labels.get("le"), it.value) for it in script.samples] == [
        ("bucket", "0.5", 1),
        ("bucket", "1", 3),
        ("bucket", "+Inf", 4),
        ("count", None, 4),
        ("sum", None, 10.5),
    ]
    assert len(parsed) == 3, "what has no value is left out"


def test_names_say_what_kind_they_are_of_and_whose() -> None:
    names = [family.name for family in families.ALL]
    assert len(set(names)) == len(names)
    for family in families.ALL:
        assert family.name.startswith("frontrow_")
        assert family.name.endswith("_total") == (family.kind is Kind.COUNTER), family.name
        assert family.help
