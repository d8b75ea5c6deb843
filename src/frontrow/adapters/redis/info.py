"""What a server says of itself."""

from frontrow.adapters.redis.gathering import Reply


def info_fields(reply: Reply) -> dict[str, str]:
    """The fields of an INFO reply by their names."""
    assert isinstance(reply, bytes)
    pairs = (line.partition(":") for line in reply.decode(errors="replace").splitlines() if ":" in line)
    return {name: value for name, _, value in pairs}
