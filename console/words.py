"""What staff read for roles, lights and states; marks that go with a colour.

No state is told by colour alone: each has its word and its own picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.cases.workflow import Action as CaseAction
from app.cases.workflow import State as CaseState
from app.clocks.arithmetic import Light
from app.codes.models import CodeKind
from app.codes.workflow import Act, CodeState
from app.complaints.workflow import Action as ComplaintAction
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

CASE_DONE: Mapping[CaseAction, str] = {
    CaseAction.START_PRE_REVIEW: "已开始预审。",
    CaseAction.PASS_PRE_REVIEW: "预审已通过，可以受理了。",
    CaseAction.START_CHECK: "已转受理审核。",
    CaseAction.ACCEPT: "已受理。",
    CaseAction.REFUSE_ACCEPTANCE: "已记为不予受理。",
    CaseAction.RETURN: "补正通知已发出，等申请人补正。",
    CaseAction.REQUEST_CORRECTION: "补正通知已发出，等申请人补正。",
    CaseAction.PROPOSE_NOTICE: "已提请分管领导批准，批准以后才会发给申请人。",
    CaseAction.APPROVE_NOTICE: "已批准，再次告知已发出，等申请人补正。",
    CaseAction.REJECT_NOTICE: "没有同意再次告知。已记下，申请人看不到。",
    CaseAction.EXPIRE: "申请人逾期没有补正，已办结。",
    CaseAction.START_REVIEW: "已开始审查。",
    CaseAction.ADVISE: "审查意见已记下，申请人看不到。",
    CaseAction.SUSPEND: "已暂停计算办理时间。",
    CaseAction.RESUME: "已恢复计算办理时间。",
    CaseAction.GRANT: "已准予。",
    CaseAction.REFUSE: "已决定不予批准。",
    CaseAction.MAKE_CERTIFICATE: "已记为正在制作证照或文书。",
    CaseAction.START_DELIVERY: "已记为可以领取。",
    CaseAction.CONFIRM_DELIVERED: "已送达，办件已办结。",
    CaseAction.TERMINATE: "已终止办理。",
    CaseAction.VOID: "已作废。",
}
"""What staff are told after a step; every step of theirs has its sentence."""

COMPLAINT_DONE: Mapping[ComplaintAction, str] = {
    ComplaintAction.ACCEPT: "已受理。",
    ComplaintAction.REJECT: "已记为不予受理，反映人能看到原因。",
    ComplaintAction.DISPATCH: "已转办。",
    ComplaintAction.START: "已记为正在办理。",
    ComplaintAction.OBJECT: "已退单，由受理单位重新安排。",
    ComplaintAction.REPLY: "已答复，反映人能看到。",
    ComplaintAction.CLOSE: "已办结。",
    ComplaintAction.RETURN: "已退回重办。",
}
"""What staff are told after a step with a complaint."""

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
