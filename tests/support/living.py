"""Whether a process lives, for tests that end and start processes."""

import psutil


def is_living(process_id: int) -> bool:
    """Whether this process runs or could; one that ended but was not waited for (a zombie) does not."""
    try:
        return bool(psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
