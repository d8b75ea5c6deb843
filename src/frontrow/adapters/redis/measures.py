"""What a client of the store counts of its calls, over all its servers together."""

from collections import Counter

from frontrow.measures import SECONDS, SIZES, Spread, Spreads


class StoreMeasures:
    """Seconds of scripts by their name, waiting included; calls of each pipeline; failed calls by the error's name,
    `NotReplicated` for a hold that too few replicas had in time."""

    def __init__(self) -> None:
        self.script_seconds = Spreads(SECONDS)
        self.pipeline_calls = Spread(SIZES)
        self.failures: Counter[str] = Counter()
