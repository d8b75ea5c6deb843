"""The port that a server listens on."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from frontrow.domain.errors import ConfigurationError

BACKLOG = 4096
"""Connections that wait to be accepted; the system may bound it lower (net.core.somaxconn)."""


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens on `host`:`port` until the block ends.

    Raises:
        ConfigurationError: the port is taken, or there is no such address here.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ConfigurationError(f"port {port} is in use on {host}: choose another with --port") from None
            raise ConfigurationError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
        yield listener


def url_of(listener: socket.socket) -> str:
    """Where a client on this machine finds it."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::", "127.0.0.1"):  # nosec B104  # asked for, and told as what a client can use
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
