"""How long the endings of a server may take, as its processes and their supervisor know it."""

GRACE_S = 10
"""What requests under way are given to be answered when a server stops."""
RETIRING_IDLE_S = 15
"""For how long a retiring server waits for the next request of a connection. Clients that go on asking have moved to
another process by then; what is idle for so long is most unlikely to be used in the very moment it is closed."""
