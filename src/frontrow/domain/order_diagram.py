"""The states of an order as a diagram, drawn from TRANSITIONS: docs/orders.md has it, and a test compares."""

from collections.abc import Mapping

from frontrow.domain.order import TRANSITIONS, OrderState


def state_diagram(transitions: Mapping[OrderState, Mapping[OrderState, str]] = TRANSITIONS) -> str:
    """A Mermaid state diagram of every step, each with why it is taken; without the fence around it."""
    lines = ["stateDiagram-v2", f"  [*] --> {OrderState.PENDING.value}: placed"]
    for before, steps in transitions.items():
        # A colon or a semicolon would end the label.
        lines += [
            f"  {before.value} --> {after.value}: {why.replace(': ', ', ').replace(';', ',')}"
            for after, why in steps.items()
        ]
    return "\n".join(lines)
