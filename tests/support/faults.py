"""Faults on demand at any call of a port: before it happens, or after it happened and before its answer arrives."""

import asyncio
import inspect
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")
Act = Callable[[], Awaitable[None] | None]


class ProcessDied(BaseException):
    """Everything after this line never ran, as after kill -9. Not an Exception, so that nothing can handle it."""


class Faults:
    """What will happen around the next calls of a port, by the method's name. Also counts the calls."""

    def __init__(self) -> None:
        self._before: dict[str, deque[BaseException | Act]] = defaultdict(deque)
        self._after: dict[str, deque[BaseException | Act]] = defaultdict(deque)
        self._down: BaseException | None = None
        self.calls: list[str] = []

    def before(self, method: str, fault: BaseException | Act, *, times: int = 1) -> None:
        """Raise (or run) `fault` instead of (or ahead of) the next `times` calls: nothing was done."""
        self._before[method].extend([fault] * times)

    def after(self, method: str, fault: BaseException | Act, *, times: int = 1) -> None:
        """Raise (or run) `fault` after each of the next `times` calls has been done: its answer is lost."""
        self._after[method].extend([fault] * times)

    def take_down(self, error: BaseException) -> None:
        """Answer every call with `error` until `bring_up`."""
        self._down = error

    def bring_up(self) -> None:
        """Work again."""
        self._down = None

    async def around(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call with the faults that are waiting for it; others have a turn on its way there and back."""
        self.calls.append(method)
        await asyncio.sleep(0)
        if self._down is not None:
            raise self._down
        await _strike(self._before[method])
        result = await call()
        await asyncio.sleep(0)
        await _strike(self._after[method])
        return result


async def _strike(faults: deque[BaseException | Act]) -> None:
    if not faults:
        return
    fault = faults.popleft()
    if isinstance(fault, BaseException):
        raise fault
    done = fault()
    if done is not None:
        await done


class _Faulty:
    def __init__(self, port: object, faults: Faults) -> None:
        self._port = port
        self._faults = faults

    def __getattr__(self, method: str) -> Any:
        attribute = getattr(self._port, method)
        if not inspect.iscoroutinefunction(attribute):
            return attribute

        async def call(*args: object, **kwargs: object) -> object:
            return await self._faults.around(method, lambda: attribute(*args, **kwargs))

        return call


def faulty(port: T, faults: Faults) -> T:
    """The port, with `faults` around its methods."""
    return cast(T, _Faulty(port, faults))
