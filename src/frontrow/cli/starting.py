"""A process's start without the garbage collector: next to nothing of what a start makes is garbage.

Looking through it again and again takes a quarter of a warm start. Nor is anything to be found in it later: what is
there when the process begins to serve stays until its end, so the collector is told to look at it no more, and its
passes stay short.
"""

import gc


def begin_start() -> None:
    """Collect nothing until `end_start`."""
    gc.disable()


def end_start() -> None:
    """Collect again, but for what is there by now."""
    gc.freeze()
    gc.enable()
