"""`python -m tests.chaos.checker HISTORY STANDING`: judge a run again, from what it wrote."""

import sys
from pathlib import Path

from tests.chaos.checker.judging import judge
from tests.chaos.checker.standing import read_standing
from tests.chaos.history import read_history


def main() -> int:
    """0 when every promise is kept, 1 otherwise, 2 for wrong arguments."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    verdict = judge(read_history(Path(sys.argv[1])), read_standing(Path(sys.argv[2])))
    for line in verdict.lines():
        print(line)
    return 0 if verdict.is_kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
