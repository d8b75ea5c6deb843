"""How often each operation was called, how it was answered, and how long that took."""

from collections import Counter
from collections.abc import Mapping

from falcon import http_status_to_code

from frontrow.measures import Spreads

SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FILE, NONE = "(file)", "(none)"
"""Stand for an operation's name where a file was sent, and where there was nothing to be had."""


class RequestMeasures:
    """`answers` counts by (route, method, status): the route's template and Falcon's own form of a status, as they are
    at hand with every request; `seconds` are by the operation's name, until the answer is there or its stream begins.

    Args:
        operation_names: by route and method.
    """

    def __init__(self, operation_names: Mapping[tuple[str, str], str]) -> None:
        self._operation_names = operation_names
        self.answers: Counter[tuple[str | None, str, str | int]] = Counter()
        self.seconds = Spreads(SECONDS)

    def answers_by_operation(self) -> Counter[tuple[str, int]]:
        """How often each operation answered which status; a HEAD is its GET's."""
        counted: Counter[tuple[str, int]] = Counter()
        for (route, method, status), number in self.answers.items():
            code = http_status_to_code(status)
            name = self._operation_names.get((route or "", "GET" if method == "HEAD" else method))
            counted[name or (FILE if code < 400 else NONE), code] += number
        return counted
