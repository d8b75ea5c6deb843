"""What a test needs of the machine and the machine has not."""

import os
from typing import NoReturn

import pytest


def skip_for_want_of(what: str) -> NoReturn:
    """Skip the test, saying what is missing; in CI (CI=true), where nothing may be, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
