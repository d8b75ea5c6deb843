"""What a flame graph shows of the stacks it was given."""

import re

from benchmarks.flame_svg import drawn, stacks_of, tree_of

RAW = """\
the event loop;run (uvicorn/protocol.py:1);hold (frontrow/services/holds.py:12) 700
the event loop;run (uvicorn/protocol.py:1);send (uvicorn/protocol.py:9) 299
the event loop;rarely (frontrow/domain/layout.py:3) 1
"""


def _shares(picture: str) -> dict[str, float]:
    return {name: float(percent) for name, percent in re.findall(r"<title>(.*?): ([\d.]+) %</title>", picture)}


def test_a_function_is_as_wide_as_its_share_of_the_samples_and_what_is_too_narrow_is_left_out() -> None:
    picture = drawn(tree_of(stacks_of(RAW)), "Holds", "1,000 samples")
    assert _shares(picture) == {
        "all": 100.0,
        "the event loop": 100.0,
        "run uvicorn/protocol.py": 99.9,
        "hold frontrow/services/holds.py": 70.0,
        "send uvicorn/protocol.py": 29.9,
    }


def test_a_name_with_signs_of_markup_stays_text() -> None:
    assert "&lt;module&gt; " in drawn(tree_of(stacks_of("<module> (frontrow/__main__.py:1) 5\n")), "<b>", "")
