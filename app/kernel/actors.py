"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """On which side of the counter an actor stands."""

    CITIZEN = "citizen"
    STAFF = "staff"
    SYSTEM = "system"


class Role(StrEnum):
    """What an actor may be doing. Staff hold roles through their posts."""

    CITIZEN = "citizen"
    CLERK = "clerk"
    """首席事务代表, window clerk: pre-review, correction, acceptance, delivery."""
    REVIEWER = "reviewer"
    """审查人: examines an accepted application."""
    DECIDER = "decider"
    """决定人: grants or refuses."""
    POSTER = "poster"
    """Poster staff: issue codes and print sheets."""
    EDITOR = "editor"
    """Catalogue editor."""
    HANDLER = "handler"
    """投诉处理人 at the service-management office, or inspector at a body."""
    SUPERVISOR = "supervisor"
    """分管领导: approves exceptions, sees what is late."""
    ADMIN = "admin"
    """Looks after accounts; sees no case and no complaint."""
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """An authenticated party, as the domain sees them.

    Attributes:
        id: Row id within its kind; never shown outside.
        roles: The roles in force now, read from the database at this request.
        office_id: The office a member of staff acts for; None for citizens.
        name: Display name of staff; empty for citizens.
    """

    id: int
    kind: ActorKind
    roles: frozenset[Role]
    office_id: int | None = None
    name: str = ""

    @property
    def is_citizen(self) -> bool:
        """Whether this is a member of the public."""
        return self.kind is ActorKind.CITIZEN

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of staff."""
        return self.kind is ActorKind.STAFF

    def has(self, *roles: Role) -> bool:
        """Whether any of the roles is held."""
        return not self.roles.isdisjoint(roles)


def citizen_actor(citizen_id: int) -> Actor:
    """Return the actor of a citizen."""
    return Actor(citizen_id, ActorKind.CITIZEN, frozenset({Role.CITIZEN}))


SYSTEM_ACTOR = Actor(0, ActorKind.SYSTEM, frozenset({Role.SYSTEM}), name="系统")
"""Timers, imports and other acts that no person performs."""
