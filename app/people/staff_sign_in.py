"""Staff signing in with a password, and waiting longer after each failure.

A failure is counted, so :func:`sign_in` *returns* its refusal, and the door raises
it after its commit::

    with transaction() as session:
        outcome = staff.sign_in(session, username, password, now=now())
    if isinstance(outcome, AppError):
        raise outcome

Failures are counted three times: for the name at this address, strictly; for the
name at all addresses, loosely; for the address. So whoever guesses waits, and the
owner of the name signs in from where they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
class _Counter:
    """Something that failures are counted for.

    Attributes:
        allowed: Failures before anybody waits.
        longest: No wait is longer.
    """

    key: str
    allowed: int
    longest: timedelta


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
    _refuse_waiting(
        [
            session.scalar(select(SignInFailures).where(SignInFailures.key == each.key))
            for each in _counted(session, username, address_key, rules)
        ],
        now=now,
    )
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
    counters = _counted(session, proof.username, address_key, rules)
    rows = [_locked_row(session, each.key) for each in counters]
    _refuse_waiting(rows, now=now)
    member = session.get(Staff, proof.account_id) if proof.account_id else None
    may_enter = member is not None and member.active and proof.is_right
    office_id = _first_office(session, member) if member and may_enter else None
    if member is None or office_id is None:
        for row, counter in zip(rows, counters, strict=True):
            _count_failure(row, counter, rules, now=now)
        # What was typed as a name that nobody has may be a password.
        tried = f"staff:{member.username}" if member else "staff:-"
        audit.write(session, SYSTEM_ACTOR, "staff.sign_in_failed", tried, now=now)
        return SignInRefused("wrong user name or password")
    # Not the address: it cannot clear itself with one good account.
    for row in rows[:2]:
        row.failures, row.locked_until, row.last_at = 0, None, now
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
) -> list[_Counter]:
    """Return what a failure counts for: name here, name anywhere, address."""
    keyring = crypto.of(session)

    def key(of: str, purpose: str) -> str:
        return keyring.index(of, purpose=f"sign_in_failures.{purpose}")

    # A name is printable, so the line's end is in no name.
    here = key(f"{username}\n{address_key}", "name_at_address")
    anywhere = key(username, "name")
    counters = [
        _Counter(here, rules.failures, rules.longest_delay),
        _Counter(anywhere, rules.name_failures, rules.longest_name_delay),
    ]
    if address_key:
        address = key(address_key, "address")
        counters.append(_Counter(address, rules.address_failures, rules.longest_delay))
    return counters


def _locked_row(session: Session, key: str) -> SignInFailures:
    """Return the row of a counter, locked, so that failures come one by one."""
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


def _refuse_waiting(rows: Sequence[SignInFailures | None], *, now: datetime) -> None:
    here, _anywhere, *address = rows
    # Who got in here last need not wait for what others do elsewhere.
    is_at_home = here is not None and here.failures == 0 and here.last_at > _NEVER
    asked = [here, *address] if is_at_home else rows
    until = [row.locked_until for row in asked if row and row.locked_until]
    if not until or max(until) <= now:
        return
    seconds = math.ceil((max(until) - now).total_seconds())
    raise TooMany(
        "sign-in has to wait",
        retry_after_s=seconds,
        zh=f"登录失败次数太多，请 {-(-seconds // 60)} 分钟后再试。",
    )


def _count_failure(
    row: SignInFailures, counter: _Counter, rules: StaffRules, *, now: datetime
) -> None:
    # Forgotten one by one: where many sign in, a day without failure never comes.
    each = rules.forget_after / counter.allowed
    forgotten = min((now - row.last_at) // each, row.failures)
    row.failures -= forgotten
    row.last_at = row.last_at + forgotten * each if row.failures else now
    row.failures += 1
    delay = delay_after(row.failures, counter.allowed, rules)
    row.locked_until = now + min(delay, counter.longest) if delay else None


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
