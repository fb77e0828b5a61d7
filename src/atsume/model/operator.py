"""An operator: somebody who runs this server and may look at it through the console."""

import datetime as dt
from enum import Enum

from msgspec import Struct


class Role(Enum):
    """What an operator may do; each may do all that the ones before it may."""

    VIEWER = "viewer"
    """Looks at everything, changes nothing."""
    OPERATOR = "operator"
    """Syncs, replays, maps, connects, writes."""
    ADMIN = "admin"
    """Gives and takes access: keys, environments, operators."""

    def covers(self, needed: "Role") -> bool:
        """Return whether this role may do what needs another."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


class Operator(Struct, frozen=True, kw_only=True):
    """An operator's account. Its password is kept as a hash, elsewhere."""

    id: str
    name: str
    """What one signs in with; lower-case."""
    role: Role
    created_at: dt.datetime
    environments: tuple[str, ...] | None = None
    """Ids of those it may see. None: all of them."""

    def sees(self, environment_id: str) -> bool:
        """Return whether the operator may look into an environment."""
        return self.environments is None or environment_id in self.environments


class Session(Struct, frozen=True, kw_only=True):
    """A browser that is signed in. Its token is kept as a hash, elsewhere."""

    id: str
    operator_id: str
    created_at: dt.datetime
    expires_at: dt.datetime
    """The end, whatever happens."""
    seen_at: dt.datetime
    """When it last asked for something, to a few minutes."""
    agent: str
    """What the browser calls itself, to tell sessions apart."""
