"""What a supervisor and its workers say to each other: words, one a line, over a socket pair for each worker.

The end of the pair says most: a worker whose supervisor is gone stops, and a supervisor whose worker is gone starts
another, however either of them ended.
"""

from enum import StrEnum

METRICS_FOLDER_VARIABLE = "FRONTROW_METRICS_FOLDER"
"""Says where the workers of one supervisor add up their metrics."""
BEAT_S = 5.0
"""Between two `alive` of a worker, from its start to its end."""


class OfWorker(StrEnum):
    """What a worker says."""

    ALIVE = "alive"
    SERVING = "serving"


class OfSupervisor(StrEnum):
    """What a supervisor says."""

    RETIRE = "retire"


def line(word: StrEnum) -> bytes:
    """The word as it is sent."""
    return f"{word}\n".encode()
