"""The staff of the demonstration: one for each job of the tour, and every office.

`python -m demo.accounts` makes those that are missing. Their one password is made
by chance on each installation (DEMO_PASSWORD); accounts that exist keep theirs.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from pypinyin import lazy_pinyin
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.actors import Role
from app.kernel.crypto import Keyring
from app.kernel.db import Database
from app.people import offices, staff
from app.people.models import Office, Staff
from app.settings import Settings


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """A member of staff of the demonstration.

    Attributes:
        office: The short name of the office, as the catalogue has it.
        work: What the person does, for the list that `make run` prints.
    """

    username: str
    display_name: str
    office: str
    roles: frozenset[Role]
    work: str


def _account(
    username: str, display_name: str, office: str, work: str, *roles: Role
) -> DemoAccount:
    return DemoAccount(
        username=username,
        display_name=display_name,
        office=office,
        roles=frozenset(roles),
        work=work,
    )


YIBAO = "医保局"
HALL = "区营商环境办"
JIWEI = "区纪委监委"

ACCOUNTS = (
    _account("tiema", "贴码员小周", HALL, "选事项、印码、换码", Role.POSTER),
    _account("chuangkou", "窗口员小王", YIBAO, "医保局窗口：收件受理", Role.CLERK),
    _account("shencha", "审查员老李", YIBAO, "医保局：审查", Role.REVIEWER),
    _account("jueding", "决定人老赵", YIBAO, "医保局：作出决定", Role.DECIDER),
    _account("fenguan", "分管领导老钱", YIBAO, "医保局：批准再次告知", Role.SUPERVISOR),
    _account("tousu", "投诉处理员小陈", HALL, "受理和答复投诉", Role.HANDLER),
    _account("jijian", "纪检员小林", JIWEI, "受理举报，只有这里看得到", Role.HANDLER),
    _account("mulu", "目录员小刘", HALL, "维护事项目录", Role.EDITOR),
    _account("lingdao", "分管领导老孙", HALL, "督办、审批例外", Role.SUPERVISOR),
    _account("guanli", "账号管理员小吴", HALL, "管理账号", Role.ADMIN),
)
"""The people of the five-minute tour. Invented: 演示 names, nobody's own."""

CASE_WORK = frozenset({Role.CLERK, Role.REVIEWER, Role.DECIDER, Role.HANDLER})
"""What the one account of every other office may do, so that any matter that a
visitor tries can be carried to its end, and a complaint sent there be answered."""


def office_username(office: Office) -> str:
    """Name the account of an office: its short name in pinyin."""
    syllables = lazy_pinyin(office.short_name, errors="ignore")
    return "".join(syllables) or office.code.lower()


def create_missing(session: Session, password: str, *, now: datetime) -> int:
    """Create the accounts that are not there yet.

    Returns:
        How many were created.
    """
    known = set(session.scalars(select(Staff.username)))
    by_name = offices.by_name(session)
    wanted = [
        (account.username, account.display_name, by_name[account.office], account.roles)
        for account in ACCOUNTS
    ]
    taken = known | {account.username for account in ACCOUNTS}
    for office in offices.list_all(session):
        username = office_username(office)
        if username not in taken:
            taken.add(username)
            wanted.append((username, f"{office.short_name}经办人", office, CASE_WORK))
    created = 0
    for username, display_name, office, roles in wanted:
        if username not in known:
            staff.create(
                session,
                username=username,
                display_name=display_name,
                password=password,
                office_id=office.id,
                roles=sorted(roles),
                now=now,
            )
            created += 1
    return created


def main() -> int:
    """Create the missing accounts in the database of this installation."""
    env = os.environ  # noqa: TID251 -- a program of its own, beside the product
    settings = Settings.from_env(env)
    keyring = Keyring(
        settings.data_keys,
        current=settings.data_key_current,
        index_key=settings.index_key,
    )
    database = Database.connect(settings.database_url, keyring)
    with database.transaction() as session:
        created = create_missing(session, env["DEMO_PASSWORD"], now=datetime.now(UTC))
    print(f"accounts created: {created}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
