"""Whose turn a case is, what each act is for, and which acts are rarely needed."""

from __future__ import annotations

from collections.abc import Mapping

from app.cases.workflow import (
    FINAL,
    ROLE_NAMES,
    TRANSITIONS,
    UNDER_EXAMINATION,
    WAITING_FOR_APPLICANT,
    Action,
    Situation,
    State,
)
from app.kernel.actors import Role

ENDINGS = frozenset({Action.TERMINATE, Action.VOID, Action.WITHDRAW})
"""Ways out that every state has: they make it nobody's turn."""

RARE = ENDINGS | {Action.START_PRE_REVIEW, Action.START_CHECK, Action.SUSPEND}
"""Acts folded away: endings, steps a shortcut covers, what needs a special reason."""

HELP: Mapping[Action, str] = {
    Action.START_PRE_REVIEW: "让申请人看到已经有人在看；也可以不点，直接受理。",
    Action.PASS_PRE_REVIEW: "先记下预审通过，受理留到下一步。",
    Action.RETURN: "材料不全或填得不对时用，要一次写全。",
    Action.REQUEST_CORRECTION: "材料不全或填得不对时用，要一次写全。",
    Action.START_CHECK: "不做预审，先审核该不该受理；也可以不点，直接受理。",
    Action.ACCEPT: "材料齐全、符合要求时用。办理时限从受理日期算起。",
    Action.REFUSE_ACCEPTANCE: "不归本部门办，或者依法不能受理时用。",
    Action.PROPOSE_NOTICE: "申请人补正后又出现新问题时用，要分管领导批准。",
    Action.APPROVE_NOTICE: "批准后就发给申请人。",
    Action.REJECT_NOTICE: "不发给申请人，由首席事务代表接着办。",
    Action.EXPIRE: "申请人过了补正期限还没有补正时用。",
    Action.START_REVIEW: "记下审查已经开始，还不作决定。",
    Action.ADVISE: "审查完了用，由决定人参考。",
    Action.SUSPEND: "听证、检验、鉴定、专家评审等法定情形才能用。",
    Action.RESUME: "特别程序结束时用，时限接着算。",
    Action.GRANT: "同意申请，作出准予的决定。",
    Action.REFUSE: "不同意申请，作出不予批准的决定。",
    Action.MAKE_CERTIFICATE: "有证照或文书要制作时用；没有就跳过。",
    Action.START_DELIVERY: "结果做好了，告诉申请人可以领取。",
    Action.CONFIRM_DELIVERED: "结果已经交到申请人手上时用。",
    Action.TERMINATE: "申请不能再办下去时用。",
    Action.VOID: "重复或录错的办件才用。",
}
"""When to take each step of staff, in one line."""


def waits_for(state: State, situation: Situation) -> str:
    """Return who has the next step, and what it is; empty at an end.

    For somebody who has none of their own. Of a case that waits for its applicant
    only the applicant is named, however late they are.
    """
    if state in FINAL:
        return ""
    if state in WAITING_FOR_APPLICANT:
        return "等申请人补正"
    roles = {
        role
        for (start, action), row in TRANSITIONS.items()
        if start is state and action not in ENDINGS and situation.allows(row.when)
        for role in row.by - {Role.CITIZEN, Role.SYSTEM}
    }
    named = "或".join(word for role, word in ROLE_NAMES.items() if role in roles)
    return f"等{named}{'审查' if state in UNDER_EXAMINATION else '办理'}"
