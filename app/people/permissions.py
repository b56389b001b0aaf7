"""Who may do what: one table, read by every room and door.

A permission says that a role may do a kind of thing at all. Which cases,
complaints or codes it may do it to is decided by the query of the room that
owns them (own, own office, not the subject of it).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.kernel.actors import Actor, Role
from app.kernel.errors import Forbidden


class Permission(StrEnum):
    """Something a role may be allowed to do."""

    CASE_APPLY = "case.apply"
    """Draft, submit, supplement and withdraw one's own application."""
    CASE_READ = "case.read"
    CASE_PROCESS = "case.process"
    """Take steps; which step by which role is said by the workflow."""
    CASE_REVEAL = "case.reveal"
    """See telephone and identity number unmasked; each look is audited."""
    FILE_UPLOAD = "file.upload"
    INBOX_READ = "inbox.read"
    CODE_READ = "code.read"
    CODE_ISSUE = "code.issue"
    """Issue, replace and revoke printed codes."""
    POSTER_PRINT = "poster.print"
    CATALOGUE_READ = "catalogue.read"
    """See drafts and revisions, beyond what is published to everybody."""
    CATALOGUE_EDIT = "catalogue.edit"
    CATALOGUE_IMPORT = "catalogue.import"
    CATALOGUE_PUBLISH = "catalogue.publish"
    COMPLAINT_READ = "complaint.read"
    COMPLAINT_HANDLE = "complaint.handle"
    STATISTICS_READ = "statistics.read"
    OFFICE_EDIT = "office.edit"
    STAFF_MANAGE = "staff.manage"
    CALENDAR_EDIT = "calendar.edit"


_CASE_STAFF = frozenset({Role.CLERK, Role.REVIEWER, Role.DECIDER})

GRANTS: Mapping[Permission, frozenset[Role]] = {
    Permission.CASE_APPLY: frozenset({Role.CITIZEN}),
    Permission.CASE_READ: _CASE_STAFF | {Role.CITIZEN, Role.SUPERVISOR},
    # Withdrawing and supplementing are steps too. SYSTEM is for deemed acceptance
    # and expiry, which no timer takes yet.
    Permission.CASE_PROCESS: _CASE_STAFF | {Role.CITIZEN, Role.SUPERVISOR, Role.SYSTEM},
    Permission.CASE_REVEAL: _CASE_STAFF,
    Permission.FILE_UPLOAD: frozenset({Role.CITIZEN, Role.CLERK, Role.HANDLER}),
    Permission.INBOX_READ: frozenset({Role.CITIZEN}),
    Permission.CODE_READ: frozenset(
        {Role.POSTER, Role.CLERK, Role.SUPERVISOR, Role.SYSTEM}
    ),
    Permission.CODE_ISSUE: frozenset({Role.POSTER, Role.SYSTEM}),
    Permission.POSTER_PRINT: frozenset({Role.POSTER, Role.SYSTEM}),
    Permission.CATALOGUE_READ: frozenset(
        {Role.EDITOR, Role.POSTER, Role.SUPERVISOR, Role.SYSTEM}
    ),
    Permission.CATALOGUE_EDIT: frozenset({Role.EDITOR, Role.SYSTEM}),
    Permission.CATALOGUE_IMPORT: frozenset({Role.EDITOR, Role.SYSTEM}),
    Permission.CATALOGUE_PUBLISH: frozenset({Role.EDITOR, Role.SYSTEM}),
    Permission.COMPLAINT_READ: frozenset({Role.HANDLER, Role.SUPERVISOR}),
    Permission.COMPLAINT_HANDLE: frozenset({Role.HANDLER, Role.SUPERVISOR}),
    Permission.STATISTICS_READ: frozenset({Role.SUPERVISOR}),
    Permission.OFFICE_EDIT: frozenset({Role.EDITOR, Role.ADMIN, Role.SYSTEM}),
    Permission.STAFF_MANAGE: frozenset({Role.ADMIN, Role.SYSTEM}),
    Permission.CALENDAR_EDIT: frozenset({Role.ADMIN, Role.SYSTEM}),
}


def is_allowed(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles is granted the permission."""
    return actor.has(*GRANTS[permission])


def require(actor: Actor, permission: Permission) -> None:
    """Return if one of the actor's roles is granted the permission.

    Raises:
        Forbidden: none is.
    """
    if not is_allowed(actor, permission):
        raise Forbidden(f"{actor.kind} may not {permission}", permission=permission)
