"""What staff read for roles, lights and states; marks that go with a colour.

No state is told by colour alone: each has its word and its own picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.cases.workflow import State as CaseState
from app.clocks.arithmetic import Light
from app.codes.models import CodeKind
from app.codes.workflow import Act, CodeState
from app.complaints.workflow import State as ComplaintState
from app.kernel.actors import Role

ROLES: Mapping[Role, str] = {
    Role.CLERK: "首席事务代表",
    Role.REVIEWER: "审查人",
    Role.DECIDER: "决定人",
    Role.POSTER: "贴码员",
    Role.EDITOR: "目录编辑",
    Role.HANDLER: "投诉处理",
    Role.SUPERVISOR: "分管领导",
    Role.ADMIN: "账号管理员",
}


@dataclass(frozen=True)
class Mark:
    """A word with the picture and the colour that go with it."""

    word: str
    kind: str
    icon: str


LIGHTS: Mapping[Light | None, Mark] = {
    Light.RED: Mark("超期", "bad", "alert"),
    Light.AMBER: Mark("临期", "warn", "clock"),
    Light.GREEN: Mark("正常", "good", "check"),
    None: Mark("不计时", "quiet", "minus"),
}

CASE_KINDS: Mapping[CaseState, str] = {
    CaseState.SUBMITTED: "info",
    CaseState.PRE_REVIEW: "info",
    CaseState.ACCEPTANCE_CHECK: "info",
    CaseState.ACCEPTED: "info",
    CaseState.IN_REVIEW: "info",
    CaseState.RETURNED: "warn",
    CaseState.CORRECTION: "warn",
    CaseState.SUSPENDED: "warn",
    CaseState.DECIDED: "good",
    CaseState.CERTIFICATE: "good",
    CaseState.DELIVERY: "good",
}
"""Colour of a state; those at an end are quiet."""

COMPLAINT_KINDS: Mapping[ComplaintState, str] = {
    ComplaintState.NEW: "warn",
    ComplaintState.REOPENED: "warn",
    ComplaintState.ACCEPTED: "info",
    ComplaintState.DISPATCHED: "info",
    ComplaintState.HANDLING: "info",
    ComplaintState.REPLIED: "good",
}

CODE_STATES: Mapping[CodeState, Mark] = {
    CodeState.PLANNED: Mark("待张贴", "quiet", "clock"),
    CodeState.ACTIVE: Mark("使用中", "good", "check"),
    CodeState.PAUSED: Mark("已暂停", "warn", "pause"),
    CodeState.REPLACED: Mark("已换新码", "quiet", "swap"),
    CodeState.REVOKED: Mark("已作废", "bad", "cross"),
    CodeState.EXPIRED: Mark("已到期", "quiet", "minus"),
}

CODE_KINDS: Mapping[CodeKind, str] = {
    CodeKind.MATTER: "事项码",
    CodeKind.DEPARTMENT: "部门码",
    CodeKind.PLACE: "场所码",
    CodeKind.WINDOW: "窗口码",
    CodeKind.SUPERVISION: "监督码",
}

CODE_ACTS: Mapping[Act, str] = {
    Act.ISSUE: "制码",
    Act.ACTIVATE: "启用",
    Act.PAUSE: "暂停",
    Act.RESUME: "恢复使用",
    Act.REPLACE: "换新码",
    Act.REVOKE: "作废",
    Act.EXPIRE: "到期停用",
}
