"""Readings as Prometheus reads them."""

from collections.abc import Iterator, Sequence
from math import inf, isfinite

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from frontrow.metrics.family import Family, Kind, Readings, SpreadReading

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def text_of(readings: Readings, families: Sequence[Family]) -> bytes:
    """The readings in Prometheus's text format, metrics without any value left out; about 5 microseconds a value."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(readings, families))
    return generate_latest(registry)


class _Collected(Collector):
    def __init__(self, readings: Readings, families: Sequence[Family]) -> None:
        self._readings = readings
        self._families = families

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = _metric_of(family, self._readings)
            if metric is not None:
                yield metric


def _metric_of(family: Family, readings: Readings) -> Metric | None:
    match family.kind:
        case Kind.HISTOGRAM:
            spreads = readings.spreads.get(family.name)
            if not spreads:
                return None
            histogram = HistogramMetricFamily(family.name, family.help, labels=family.labels)
            for labels, spread in spreads.items():
                histogram.add_metric(labels, _buckets(spread), spread.total)
            return histogram
        case Kind.COUNTER:
            counter = CounterMetricFamily(family.name, family.help, labels=family.labels)
            for labels, value in readings.counters.get(family.name, {}).items():
                counter.add_metric(labels, value)
            return counter if counter.samples else None
        case Kind.GAUGE:
            gauge = GaugeMetricFamily(family.name, family.help, labels=family.labels)
            for labels, value in readings.gauges.get(family.name, {}).items():
                gauge.add_metric(labels, value)
            return gauge if gauge.samples else None


def _buckets(spread: SpreadReading) -> list[tuple[str, float]]:
    """Counted up from below, as Prometheus wants them."""
    buckets: list[tuple[str, float]] = []
    count = 0
    for bound, more in zip((*spread.bounds, inf), spread.counts, strict=True):
        count += more
        buckets.append((str(bound) if isfinite(bound) else "+Inf", count))
    return buckets
