"""Openids: credentials bound to a citizen whose number was proven."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel import crypto
from app.kernel.references import new_token
from app.people import registry
from app.people.models import Citizen, WechatIdentity


def bind_openid(
    session: Session, openid: str, citizen: Citizen, *, now: datetime
) -> None:
    """Make an openid a credential of a citizen who has just proven their number.

    An openid bound to somebody else moves: the number proven last is the one whose
    owner holds the phone.
    """
    index = _openid_index(session, openid)
    bound = _identity(session, index)
    if bound is None:
        token = new_token()
        bound = WechatIdentity(
            token=token,
            openid_sealed=crypto.of(session).seal(
                openid, context=f"wechat_identities:{token}:openid"
            ),
            openid_index=index,
            citizen_id=citizen.id,
            bound_at=now,
        )
        try:
            # A savepoint, as in of_phone.
            with session.begin_nested():
                session.add(bound)
        except IntegrityError:
            winner = _identity(session, index)
            if winner is None:
                raise
            bound = winner
        else:
            registry.write_audit(
                session, citizen, "citizens.bind_openid", now=now, moved=False
            )
            return
    if bound.citizen_id != citizen.id:
        bound.citizen_id = citizen.id
        bound.bound_at = now
        registry.write_audit(
            session, citizen, "citizens.bind_openid", now=now, moved=True
        )


def by_openid(session: Session, openid: str) -> Citizen | None:
    """Return the citizen an openid is bound to, or None."""
    return session.scalar(
        select(Citizen)
        .join(WechatIdentity, WechatIdentity.citizen_id == Citizen.id)
        .where(WechatIdentity.openid_index == _openid_index(session, openid))
    )


def openids_of(session: Session, citizen_id: int) -> list[str]:
    """Return the openids of a citizen, the one bound last first, for a sender."""
    keyring = crypto.of(session)
    bound = session.scalars(
        select(WechatIdentity)
        .where(WechatIdentity.citizen_id == citizen_id)
        .order_by(WechatIdentity.bound_at.desc(), WechatIdentity.id.desc())
    )
    return [
        keyring.open_text(
            each.openid_sealed, context=f"wechat_identities:{each.token}:openid"
        )
        for each in bound
    ]


def _identity(session: Session, index: str) -> WechatIdentity | None:
    return session.scalar(
        select(WechatIdentity)
        .where(WechatIdentity.openid_index == index)
        .with_for_update()
    )


def _openid_index(session: Session, openid: str) -> str:
    return crypto.of(session).index(openid, purpose="wechat_identities.openid")
