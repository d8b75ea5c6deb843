"""docs/orders.md is held against the code it describes."""

import re
from pathlib import Path

from frontrow.domain.order import TRANSITIONS, OrderState
from frontrow.domain.order_diagram import state_diagram

DOCUMENT = (Path(__file__).parents[2] / "docs" / "orders.md").read_text()


def test_the_diagram_is_the_one_drawn_from_the_code() -> None:
    (drawn,) = re.findall(r"```mermaid\n(stateDiagram.*?)\n```", DOCUMENT, re.DOTALL)
    assert drawn == state_diagram(), f"docs/orders.md should have this diagram:\n{state_diagram()}"


def test_the_diagram_has_every_step_and_every_state() -> None:
    drawn = re.findall(r"^  (\w+) --> (\w+): (.+)$", state_diagram(), re.MULTILINE)
    steps = [(before.value, after.value) for before, after_of in TRANSITIONS.items() for after in after_of]
    assert [(before, after) for before, after, _ in drawn] == steps
    assert set(TRANSITIONS) == set(OrderState)
    assert all(not set(why) & {":", ";"} for _, _, why in drawn), "these end a label"


def test_every_state_says_who_carries_it_on() -> None:
    table = DOCUMENT.partition("| state | its seats |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines() if row[:3] == "| `")))
    assert named == {state.value for state in OrderState}
