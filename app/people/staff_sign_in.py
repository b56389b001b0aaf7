"""Staff signing in with a password, and waiting longer after each failure.

A failure is counted, so :func:`sign_in` *returns* its refusal, and the door raises
it after its commit::

    with transaction() as session:
        outcome = staff.sign_in(session, username, password, now=now())
    if isinstance(outcome, AppError):
        raise outcome
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel import audit, crypto
from app.kernel.actors import SYSTEM_ACTOR
from app.kernel.errors import TooMany, Unauthenticated
from app.people import passwords, staff_sessions
from app.people.models import SignInFailures, Staff, StaffPost
from app.people.staff_rules import RULES, StaffRules

_LONGEST_NAME = 60
_NOBODY = "-"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DOUBLINGS = 32


class SignInRefused(Unauthenticated):
    """User name and password do not belong together, or the account is closed.

    One answer for all causes. Returned by :func:`sign_in`, not raised, so that the
    failure counts.
    """

    code = "sign-in-refused"
    zh = "用户名或密码不正确。"


@dataclass(frozen=True)
class Proof:
    """The outcome of comparing a password, not yet counted.

    Attributes:
        account_id: Whose user name it is; None if nobody's.
        is_right: Whether the password is theirs and the account is open.
        rehashed: A stronger hash of the same password, where the kept one is old.
    """

    username: str
    account_id: int | None
    is_right: bool
    rehashed: str | None = None


def sign_in(
    session: Session,
    username: str,
    password: str,
    *,
    now: datetime,
    address_key: str = "",
    rules: StaffRules = RULES,
) -> str | SignInRefused:
    """Open a session for a member of staff who knows their password.

    Slow by intent; on SQLite it holds up other writers for that long. A door that
    minds calls :func:`prove` in a reading transaction and :func:`admit` in a
    writing one.

    Args:
        session: The caller's transaction.
        username: As typed; case and outer spaces do not matter.
        password: As typed.
        now: The current moment.
        address_key: Where the request came from, or a hash of it; empty for none.
        rules: Failures and waits.

    Returns:
        The raw session token, or the refusal: raise it after the commit.

    Raises:
        TooMany: the name or the address has to wait, rightly or wrongly typed.
    """
    proof = prove(
        session, username, password, now=now, address_key=address_key, rules=rules
    )
    return admit(session, proof, now=now, address_key=address_key, rules=rules)


def prove(
    session: Session,
    username: str,
    password: str,
    *,
    now: datetime,
    address_key: str = "",
    rules: StaffRules = RULES,
) -> Proof:
    """Compare a password. Changes nothing and admits nobody.

    Raises:
        TooMany: the name or the address has to wait; no password is compared.
    """
    username = _as_kept(username)
    for key, _ in _counted(session, username, address_key, rules):
        row = session.scalar(select(SignInFailures).where(SignInFailures.key == key))
        _refuse_waiting(row, now=now)
    member = session.scalar(select(Staff).where(Staff.username == username))
    right = passwords.matches(password, member.password_hash if member else None)
    if member is None or not right or not member.active:
        return Proof(username, member.id if member else None, is_right=False)
    outdated = passwords.is_outdated(member.password_hash)
    return Proof(
        username,
        member.id,
        is_right=True,
        rehashed=passwords.hashed(password) if outdated else None,
    )


def admit(
    session: Session,
    proof: Proof,
    *,
    now: datetime,
    address_key: str = "",
    rules: StaffRules = RULES,
) -> str | SignInRefused:
    """Open a session for what was proven, or count the failure.

    Guesses made side by side are counted one by one: once the name has to wait,
    even a right one is too late.

    Returns:
        The raw session token, or the refusal: raise it after the commit.

    Raises:
        TooMany: the name or the address has to wait by now.
    """
    counters = [
        (_locked_counter(session, key), allowed)
        for key, allowed in _counted(session, proof.username, address_key, rules)
    ]
    for row, _ in counters:
        _refuse_waiting(row, now=now)
    member = session.get(Staff, proof.account_id) if proof.account_id else None
    may_enter = member is not None and member.active and proof.is_right
    office_id = _first_office(session, member) if member and may_enter else None
    if member is None or office_id is None:
        for row, allowed in counters:
            _count_failure(row, allowed, rules, now=now)
        # What was typed as a name that nobody has may be a password.
        tried = f"staff:{member.username}" if member else "staff:-"
        audit.write(session, SYSTEM_ACTOR, "staff.sign_in_failed", tried, now=now)
        return SignInRefused("wrong user name or password")
    # Only the name's counter: an address cannot clear itself with one good account.
    counters[0][0].failures = 0
    counters[0][0].locked_until = None
    if proof.rehashed:
        member.password_hash = proof.rehashed
    return staff_sessions.open_for(session, member, office_id, now=now, rules=rules)


def delay_after(failures: int, allowed: int, rules: StaffRules = RULES) -> timedelta:
    """Return how long to wait after so many failures in a row.

    Nothing before the allowed number is reached; then the first delay, doubled by
    each further failure, up to the longest.
    """
    if failures < allowed:
        return timedelta()
    doublings = min(failures - allowed, _MOST_DOUBLINGS)
    return min(rules.first_delay * (1 << doublings), rules.longest_delay)


def _as_kept(username: str) -> str:
    """Return a typed name as it would be kept; nobody's name stands for no name."""
    kept = username.strip().lower()[:_LONGEST_NAME]
    return kept if kept.isprintable() else _NOBODY


def _counted(
    session: Session, username: str, address_key: str, rules: StaffRules
) -> list[tuple[str, int]]:
    """Return the keys under which a failure counts, and what each is allowed."""
    keyring = crypto.of(session)
    counted = [
        (keyring.index(username, purpose="sign_in_failures.name"), rules.failures)
    ]
    if address_key:
        key = keyring.index(address_key, purpose="sign_in_failures.address")
        counted.append((key, rules.address_failures))
    return counted


def _locked_counter(session: Session, key: str) -> SignInFailures:
    """Return the counter of a key, locked, so that failures come one by one."""
    locked = (
        select(SignInFailures)
        .where(SignInFailures.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row := session.scalar(locked):
        return row
    fresh = SignInFailures(key=key, failures=0, last_at=_NEVER)
    try:
        # A savepoint: the row of a request at the same moment serves as well.
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        return session.scalars(locked).one()
    return fresh


def _refuse_waiting(row: SignInFailures | None, *, now: datetime) -> None:
    if row is None or row.locked_until is None or row.locked_until <= now:
        return
    seconds = math.ceil((row.locked_until - now).total_seconds())
    raise TooMany(
        "sign-in has to wait",
        retry_after_s=seconds,
        zh=f"登录失败次数太多，请 {-(-seconds // 60)} 分钟后再试。",
    )


def _count_failure(
    row: SignInFailures, allowed: int, rules: StaffRules, *, now: datetime
) -> None:
    if row.last_at < now - rules.forget_after:
        row.failures = 0
    row.failures += 1
    row.last_at = now
    delay = delay_after(row.failures, allowed, rules)
    row.locked_until = now + delay if delay else None


def _first_office(session: Session, member: Staff) -> int | None:
    """Return the office a session begins at: their own, or where they have a post."""
    posts = set(
        session.scalars(
            select(StaffPost.office_id).where(
                StaffPost.staff_id == member.id, StaffPost.active
            )
        )
    )
    return member.office_id if member.office_id in posts else min(posts, default=None)
