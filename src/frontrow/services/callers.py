"""Who asks: the user a request speaks for, and what its roles allow."""

import msgspec

from frontrow.domain.ids import UserId

ADMIN = "admin"
INTEGRATOR = "integrator"
ROLES = frozenset({ADMIN, INTEGRATOR})
"""Every role that means something here; whatever else a token has says nothing."""


class Caller(msgspec.Struct, frozen=True):
    """An authenticated user and its roles. Anonymous callers are None wherever a caller may be missing."""

    user_id: UserId
    roles: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        """May do everything, in everyone's name."""
        return ADMIN in self.roles

    @property
    def is_integrator(self) -> bool:
        """May book what was paid for elsewhere, for a user it names."""
        return INTEGRATOR in self.roles

    def may_see(self, owner: UserId) -> bool:
        """Whether this caller may see and cancel what belongs to `owner`."""
        return self.is_admin or self.user_id == owner
