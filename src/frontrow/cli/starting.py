"""A process's start without the garbage collector: next to nothing of what a start makes is garbage.

Looking through it again and again takes a quarter of a warm start. Nor is anything to be found in it later: what is
there when the process begins to serve stays until its end, so the collector is told to look at it no more, and its
passes stay short.

Nor are passes frequent then: requests under way hold some hundreds of objects each, and with Python's threshold of 700
a busy server looks through them, in vain, at every few requests. That took 5 to 10 % of a hold (docs/benchmarks.md).
"""

import gc

YOUNG_OBJECTS_MAX = 10_000
"""Objects made and not yet freed before the collector looks at the young ones: at most some megabytes of garbage."""


def begin_start() -> None:
    """Collect nothing until `end_start`."""
    gc.disable()


def end_start() -> None:
    """Collect again, but for what is there by now."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MAX, *gc.get_threshold()[1:])
    gc.enable()
