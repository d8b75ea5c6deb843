"""Ports of the loopback for servers that tests start."""

import random
import socket

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now, all different.

    They are below those that systems give to outgoing connections, so that none takes one before its server is up, or
    while it is down.
    """
    taken: list[socket.socket] = []
    try:
        for port in random.SystemRandom().sample(PORTS, len(PORTS)):
            probe = socket.socket()
            taken.append(probe)
            try:
                probe.bind((HOST, port))
            except OSError:
                taken.pop().close()
            if len(taken) == count:
                return [probe.getsockname()[1] for probe in taken]
    finally:
        for probe in taken:
            probe.close()
    raise AssertionError(f"no {count} free ports")


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
