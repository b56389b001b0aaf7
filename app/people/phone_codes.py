"""Signing in by a code sent to a telephone.

Some refusals must leave a trace: a wrong code is counted. An exception would undo
that, since the door's transaction rolls back. Such refusals are therefore
*returned*, as errors that the door raises after its commit::

    with transaction() as session:
        outcome = citizens.sign_in_by_code(session, phone, code, now=now())
    if isinstance(outcome, AppError):
        raise outcome
"""

from __future__ import annotations

import hmac
import math
import secrets
import string
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel import crypto
from app.kernel.clock import OFFICE_ZONE, office_date
from app.kernel.errors import Invalid, TooMany
from app.people import registry
from app.people.models import Citizen, PhoneCode
from app.people.phones import normalise_mobile

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 6
_LONGEST_CODE = 20


@dataclass(frozen=True, kw_only=True)
class SignInRules:
    """Numbers of signing in by code. The operator may set others.

    Attributes:
        code_lifetime: How long a code is good.
        spacing: How long to wait before the next code for the same number.
        tries: How often one code may be typed, rightly or wrongly.
        codes_per_day: Codes for one number in one office day; each costs money.
        numbers_per_hour: Different numbers that one address may ask codes for. A
            hall full of people shares one address.

    Source:
        Usual practice (6 digits, 5 minutes, 5 tries, 60 seconds), domain notes
        §5.3; the last two are ours, against drained SMS budgets (reliability A9).
    """

    code_lifetime: timedelta = timedelta(minutes=5)
    spacing: timedelta = timedelta(seconds=60)
    tries: int = 5
    codes_per_day: int = 10
    numbers_per_hour: int = 60


RULES = SignInRules()
"""The usual numbers."""


@dataclass(frozen=True)
class IssuedCode:
    """A code to be handed to the SMS gateway; never stored, never logged."""

    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Leave the code out: representations end in logs."""
        return f"IssuedCode(expires_at={self.expires_at!r})"


class CodeRefused(Invalid):
    """The code typed does not open a session.

    Returned by :func:`sign_in_by_code`, not raised, so that the try counts.
    ``errors["code"]`` is the sentence for the field; ``tries_left`` among the facts
    is 0 when only a new code helps.
    """

    code = "code-refused"
    zh = "验证码不正确，请核对后再填。"

    def __init__(self, message: str, zh: str, *, tries_left: int = 0) -> None:
        super().__init__(message, zh=zh, errors={"code": zh}, tries_left=tries_left)


def send_code(
    session: Session,
    phone: str,
    *,
    now: datetime,
    address_key: str,
    rules: SignInRules = RULES,
) -> IssuedCode:
    """Make a code for a number; the door hands it to a gateway after its commit.

    The code replaces the one before. Nothing tells whether the number is known.

    Args:
        session: The caller's transaction.
        phone: The number as typed.
        now: The current moment.
        address_key: Where the request came from, or a hash of it; kept as a keyed
            hash for two days.
        rules: Spacing, lifetime, allowances.

    Raises:
        Invalid: the phone number is none.
        TooMany: too soon after the last code, or an allowance is used up.
    """
    phone = normalise_mobile(phone)
    keyring = crypto.of(session)
    row = _locked_number(session, registry.phone_index(session, phone))
    if (wait := row.sent_at + rules.spacing - now) > timedelta():
        seconds = _seconds(wait)
        raise TooMany(
            "a code was sent just now",
            retry_after_s=seconds,
            zh=f"验证码刚刚发过，请 {seconds} 秒后再获取。",
        )
    today = office_date(now)
    sent_today = row.sent_today if office_date(row.sent_at) == today else 0
    if sent_today >= rules.codes_per_day:
        midnight = datetime.combine(
            today + timedelta(days=1), time(), tzinfo=OFFICE_ZONE
        )
        raise TooMany(
            "all codes of the day are used",
            retry_after_s=_seconds(midnight - now),
            zh="这个手机号今天获取验证码的次数用完了，请明天再试，或到窗口办理。",
        )
    hashed_address = keyring.index(address_key, purpose="phone_codes.address")
    _refuse_flood(session, hashed_address, rules, now=now)
    issued = IssuedCode(
        f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}", now + rules.code_lifetime
    )
    row.code_hash = _code_hash(session, phone, issued.code)
    row.address_key = hashed_address
    row.sent_at = now
    row.expires_at = issued.expires_at
    row.tries = 0
    row.sent_today = sent_today + 1
    row.used_at = None
    return issued


def sign_in_by_code(
    session: Session,
    phone: str,
    code: str,
    *,
    now: datetime,
    rules: SignInRules = RULES,
) -> Citizen | CodeRefused:
    """Take a code and return the citizen it proves, new or known.

    A code is good once, until it expires, for a few tries. Of two requests with
    the same code one succeeds.

    Returns:
        The citizen, or the refusal: raise it after the commit.

    Raises:
        Invalid: the phone number is none.
    """
    phone = normalise_mobile(phone)
    row = session.scalar(
        select(PhoneCode)
        .where(PhoneCode.phone_index == registry.phone_index(session, phone))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.used_at is not None or now >= row.expires_at:
        return CodeRefused(
            "no code is waiting for this number", "验证码已失效，请重新获取。"
        )
    if row.tries >= rules.tries:
        return CodeRefused(
            "all tries are used", "验证码输错次数太多，已经失效，请重新获取。"
        )
    row.tries += 1
    typed = _code_hash(session, phone, _only_digits(code))
    if not hmac.compare_digest(typed, row.code_hash):
        left = rules.tries - row.tries
        sentence = (
            f"验证码不正确，还可以再试 {left} 次。"
            if left
            else "验证码不正确，次数已用完，请重新获取。"
        )
        return CodeRefused("wrong code", sentence, tries_left=left)
    row.used_at = now
    return registry.of_phone(session, phone, now=now)


def _locked_number(session: Session, index: str) -> PhoneCode:
    """Return the row of a number, locked, so that its requests come one by one."""
    locked = (
        select(PhoneCode)
        .where(PhoneCode.phone_index == index)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row := session.scalar(locked):
        return row
    fresh = PhoneCode(
        phone_index=index,
        code_hash="",
        address_key="",
        sent_at=_NEVER,
        expires_at=_NEVER,
    )
    try:
        # A savepoint: the row of a request at the same moment serves as well.
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        return session.scalars(locked).one()
    return fresh


def _refuse_flood(
    session: Session, hashed_address: str, rules: SignInRules, *, now: datetime
) -> None:
    hour = timedelta(hours=1)
    numbers, oldest = session.execute(
        select(func.count(), func.min(PhoneCode.sent_at)).where(
            PhoneCode.address_key == hashed_address, PhoneCode.sent_at > now - hour
        )
    ).one()
    if numbers >= rules.numbers_per_hour:
        raise TooMany(
            "one address asks codes for too many numbers",
            retry_after_s=_seconds(oldest + hour - now),
            zh="这里获取验证码的人太多，请稍后再试，或到窗口办理。",
        )


def _code_hash(session: Session, phone: str, code: str) -> str:
    return crypto.of(session).index(f"{phone}:{code}", purpose="phone_codes.code")


def _only_digits(typed: str) -> str:
    """Return the digits of a code as typed: with spaces, or in full width."""
    text = unicodedata.normalize("NFKC", typed[:_LONGEST_CODE])
    return "".join(sign for sign in text if sign in string.digits)


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
