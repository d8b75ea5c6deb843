"""The operating system's limits a server raises for itself."""

import resource


def raise_open_files_limit() -> None:
    """Allow as many open files as the system permits: every watcher of a seat map is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError):  # macOS states a hard limit it does not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
