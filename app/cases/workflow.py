"""The case workflow, as a table.

    draft ─▶ submitted ─▶ pre-review ⇄ returned
                 └──────────▶ acceptance check ⇄ correction
                                   ├─▶ not accepted
                                   └─▶ accepted ─▶ in review ⇄ suspended
                                                       └─▶ decided ─▶ (certificate) ─▶ delivery ─▶ closed

The table is the specification: code, buttons, tests, API and docs/workflow.md
read the same rows. Source of the states: domain facts §2.4; of the one-time
notice and deemed acceptance: Administrative Licensing Law, art. 32.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.actors import Role
from app.kernel.errors import Forbidden, Invalid


class State(StrEnum):
    """Where a case stands. Values are stored; never rename one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PRE_REVIEW = "pre-review"
    RETURNED = "returned"
    ACCEPTANCE_CHECK = "acceptance-check"
    CORRECTION = "correction"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not-accepted"
    IN_REVIEW = "in-review"
    SUSPENDED = "suspended"
    DECIDED = "decided"
    CERTIFICATE = "certificate"
    DELIVERY = "delivery"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    VOIDED = "voided"

    @property
    def zh(self) -> str:
        """What people read for the state."""
        return _STATE_NAMES[self]


class Outcome(StrEnum):
    """How a case came out. Values are stored; exchange codes are mapped at the edge."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_SUPPLIED = "not-supplied"
    """补正不来办结: what the notice named was not supplied in time."""

    @property
    def zh(self) -> str:
        """What people read for the outcome."""
        return _OUTCOME_NAMES[self]


class Action(StrEnum):
    """What somebody does to a case. Values are stored; never rename one."""

    SUBMIT = "submit"
    START_PRE_REVIEW = "start-pre-review"
    PASS_PRE_REVIEW = "pass-pre-review"  # noqa: S105 -- an action, no password
    RETURN = "return"
    START_CHECK = "start-check"
    ACCEPT = "accept"
    REQUEST_CORRECTION = "request-correction"
    PROPOSE_NOTICE = "propose-notice"
    APPROVE_NOTICE = "approve-notice"
    REJECT_NOTICE = "reject-notice"
    SUPPLEMENT = "supplement"
    REFUSE_ACCEPTANCE = "refuse-acceptance"
    DEEM_ACCEPTED = "deem-accepted"
    EXPIRE = "expire"
    START_REVIEW = "start-review"
    ADVISE = "advise"
    SUSPEND = "suspend"
    RESUME = "resume"
    GRANT = "grant"
    REFUSE = "refuse"
    MAKE_CERTIFICATE = "make-certificate"
    START_DELIVERY = "start-delivery"
    CONFIRM_DELIVERED = "confirm-delivered"
    CONFIRM_RECEIPT = "confirm-receipt"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    VOID = "void"


class When(StrEnum):
    """What must be true of a case, besides its state, for a row to be open."""

    ALWAYS = "always"
    IN_TIME = "the five working days to answer are not over"
    FIRST_NOTICE = "no correction notice has been issued, and five days are not over"
    FURTHER_NOTICE = (
        "one has been issued, no further one is proposed, nor are the days over"
    )
    NOTICE_PROPOSED = "a further notice waits for the supervisor"
    NOTICE_IN_TIME = (
        "a further notice waits for the supervisor, and the days are not over"
    )
    GRANTED = "the decision was to grant"
    ANSWER_OVERDUE = "five working days passed without an answer"
    SUPPLY_OVERDUE = "the day to supply by has passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts of a case on which rows depend, besides its state.

    Attributes:
        outcome: What was decided, if anything was.
        notices_issued: Correction notices the applicant has received.
        notice_proposed: A further notice waits for the supervisor's approval.
        answer_overdue: The last day to accept or notify has passed (art. 32).
        supply_overdue: The last day to supply what the notice names has passed.
    """

    outcome: Outcome | None = None
    notices_issued: int = 0
    notice_proposed: bool = False
    answer_overdue: bool = False
    supply_overdue: bool = False

    def allows(self, when: When) -> bool:
        """Whether a row with this condition is open."""
        in_time = not self.answer_overdue
        return {
            When.ALWAYS: True,
            When.IN_TIME: in_time,
            When.FIRST_NOTICE: self.notices_issued == 0 and in_time,
            When.FURTHER_NOTICE: (
                self.notices_issued > 0 and not self.notice_proposed and in_time
            ),
            When.NOTICE_PROPOSED: self.notice_proposed,
            When.NOTICE_IN_TIME: self.notice_proposed and in_time,
            When.GRANTED: self.outcome is Outcome.GRANTED,
            When.ANSWER_OVERDUE: self.answer_overdue,
            When.SUPPLY_OVERDUE: self.supply_overdue,
        }[when]


FRESH = Situation()
"""A case of which nothing more is known than its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the workflow.

    Attributes:
        to: The state the case reaches.
        by: The roles that may take the step; one of them suffices.
        label: The button.
        told: The line of the timeline, in the past.
        reason_required: The applicant is owed a written reason (an internal
            step: the file is).
        defects_required: The step carries a list of defects.
        internal: Not told to the applicant: no event, no line in their timeline.
        when: What else must be true of the case.
        outcome: What the step decides.
        hint: What the reason should say, for the person who writes it.
        through: The row is a short cut: these steps, one after the other, each
            recorded. The last is the action itself.
    """

    to: State
    by: frozenset[Role]
    label: str
    told: str
    reason_required: bool = False
    defects_required: bool = False
    internal: bool = False
    when: When = When.ALWAYS
    outcome: Outcome | None = None
    hint: str = ""
    through: tuple[Action, ...] = ()

    @property
    def next(self) -> str:
        """What the applicant should do, or wait for, after this step."""
        return next_for_applicant(self.to, self.outcome)


@dataclass(frozen=True, slots=True)
class Move:
    """One recorded step: an action between two states, with its row."""

    action: Action
    start: State
    row: Transition


class IllegalTransition(Invalid):
    """The case is in a state, or a situation, from which this action is not possible."""

    code = "illegal-transition"
    zh = "办件的状态不允许这样操作，请看过最新进度再办理。"


class AlreadyNotified(IllegalTransition):
    """The one correction notice has been issued; a further one needs approval.

    Source: Administrative Licensing Law, art. 32 (一次告知需要补正的全部内容).
    """

    code = "already-notified"
    zh = "补正内容只能一次性告知。因申请人补正的材料出现新问题的，请“提请再次告知”，由分管领导批准。"


class TooLateToNotify(IllegalTransition):
    """Five working days passed without an answer: the case counts as accepted.

    Source: Administrative Licensing Law, art. 32 (逾期不告知的，自收到申请材料之日起即为受理).
    """

    code = "too-late-to-notify"
    zh = "收到材料已超过5个工作日，依法视为受理，不能再要求补正。请点“受理”，受理日期按收到材料之日计算。"


class TooLateToRefuse(IllegalTransition):
    """Five working days passed without an answer: the case counts as accepted.

    Source: Administrative Licensing Law, art. 32 (逾期不告知的，自收到申请材料之日起即为受理).
    """

    code = "too-late-to-refuse"
    zh = "收到材料已超过5个工作日，依法视为受理，不能再作出不予受理的决定。请点“受理”，受理日期按收到材料之日计算。"


_NOTIFYING = frozenset({When.FIRST_NOTICE, When.FURTHER_NOTICE, When.NOTICE_IN_TIME})

_CITIZEN = frozenset({Role.CITIZEN})
_CLERK = frozenset({Role.CLERK})
_REVIEW = frozenset({Role.REVIEWER, Role.DECIDER})
_REVIEWER = frozenset({Role.REVIEWER})
_DECIDER = frozenset({Role.DECIDER})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_SYSTEM = frozenset({Role.SYSTEM})
_CLOSER = frozenset({Role.CLERK, Role.SYSTEM})
_STOPPER = frozenset({Role.CLERK, Role.DECIDER})

_S = State
_A = Action


def _row(
    to: State, by: frozenset[Role], label: str, told: str, *,
    reason: bool = False, defects: bool = False, internal: bool = False,
    when: When = When.ALWAYS, outcome: Outcome | None = None, hint: str = "",
    through: tuple[Action, ...] = (),
) -> Transition:  # fmt: skip
    return Transition(
        to=to, by=by, label=label, told=told, reason_required=reason,
        defects_required=defects, internal=internal, when=when, outcome=outcome,
        hint=hint, through=through,
    )  # fmt: skip


_WHY_NOT_OURS = "写明不予受理的依据；不属于本部门职权的，写明应当向哪个部门申请。"
_WHY_FURTHER = "说明这些问题是由申请人补正的内容新引起的。"
_WHY_REFUSED = "写明不予批准的理由和依据，会写进决定书。"
_WHY_SUSPENDED = "写明原因（听证、检验、检测、鉴定、专家评审等）、依据和预计需要几个工作日，会告知申请人。"
_HOW_TO_COLLECT = (
    "告诉申请人怎么领：网上就有、不用来领；到哪个窗口领、几点、带什么；或者邮寄。"
)
_WHY_TERMINATED = "写明终止的原因，例如申请人死亡或法人终止。"
_WHY_VOIDED = "写明作废的原因。经办过本办件的人不能作废。"

_ACCEPT_TOLD = "已受理"
_REFUSE_ACCEPTANCE_TOLD = "不予受理"

# fmt: off
_ROWS: dict[tuple[State, Action], Transition] = {
    (_S.DRAFT, _A.SUBMIT): _row(_S.SUBMITTED, _CITIZEN, "提交申请", "申请已提交，材料已收到"),

    (_S.SUBMITTED, _A.ACCEPT): _row(_S.ACCEPTED, _CLERK, "受理", _ACCEPT_TOLD, through=(_A.START_CHECK, _A.ACCEPT)),
    (_S.SUBMITTED, _A.RETURN): _row(_S.RETURNED, _CLERK, "一次性告知补正", "需要补正，已一次性告知", defects=True, when=When.FIRST_NOTICE, through=(_A.START_PRE_REVIEW, _A.RETURN)),
    (_S.SUBMITTED, _A.REFUSE_ACCEPTANCE): _row(_S.NOT_ACCEPTED, _CLERK, "不予受理", _REFUSE_ACCEPTANCE_TOLD, reason=True, when=When.IN_TIME, hint=_WHY_NOT_OURS, through=(_A.START_CHECK, _A.REFUSE_ACCEPTANCE)),
    (_S.SUBMITTED, _A.START_PRE_REVIEW): _row(_S.PRE_REVIEW, _CLERK, "开始预审", "已开始预审"),
    (_S.SUBMITTED, _A.START_CHECK): _row(_S.ACCEPTANCE_CHECK, _CLERK, "转受理审核", "已进入受理审核"),
    (_S.SUBMITTED, _A.DEEM_ACCEPTED): _row(_S.ACCEPTED, _SYSTEM, "视为受理", "逾期未告知，自收到材料之日起视为受理", when=When.ANSWER_OVERDUE),

    (_S.PRE_REVIEW, _A.ACCEPT): _row(_S.ACCEPTED, _CLERK, "受理", _ACCEPT_TOLD, through=(_A.PASS_PRE_REVIEW, _A.ACCEPT)),
    (_S.PRE_REVIEW, _A.RETURN): _row(_S.RETURNED, _CLERK, "一次性告知补正", "需要补正，已一次性告知", defects=True, when=When.FIRST_NOTICE),
    (_S.PRE_REVIEW, _A.REFUSE_ACCEPTANCE): _row(_S.NOT_ACCEPTED, _CLERK, "不予受理", _REFUSE_ACCEPTANCE_TOLD, reason=True, when=When.IN_TIME, hint=_WHY_NOT_OURS, through=(_A.PASS_PRE_REVIEW, _A.REFUSE_ACCEPTANCE)),
    (_S.PRE_REVIEW, _A.PASS_PRE_REVIEW): _row(_S.ACCEPTANCE_CHECK, _CLERK, "预审通过", "预审已通过"),
    (_S.PRE_REVIEW, _A.PROPOSE_NOTICE): _row(_S.PRE_REVIEW, _CLERK, "提请再次告知", "已提请再次告知补正", reason=True, defects=True, internal=True, when=When.FURTHER_NOTICE, hint=_WHY_FURTHER),
    (_S.PRE_REVIEW, _A.APPROVE_NOTICE): _row(_S.RETURNED, _SUPERVISOR, "批准再次告知", "补正后发现新问题，经批准再次告知", when=When.NOTICE_IN_TIME),
    (_S.PRE_REVIEW, _A.REJECT_NOTICE): _row(_S.PRE_REVIEW, _SUPERVISOR, "不同意再次告知", "未同意再次告知补正", reason=True, internal=True, when=When.NOTICE_PROPOSED),
    (_S.PRE_REVIEW, _A.DEEM_ACCEPTED): _row(_S.ACCEPTED, _SYSTEM, "视为受理", "逾期未告知，自收到材料之日起视为受理", when=When.ANSWER_OVERDUE),

    (_S.RETURNED, _A.SUPPLEMENT): _row(_S.PRE_REVIEW, _CITIZEN, "提交补正", "补正内容已提交"),
    (_S.RETURNED, _A.EXPIRE): _row(_S.CLOSED, _CLOSER, "逾期未补正，办结", "逾期未补正，办件已办结", when=When.SUPPLY_OVERDUE, outcome=Outcome.NOT_SUPPLIED),

    (_S.ACCEPTANCE_CHECK, _A.ACCEPT): _row(_S.ACCEPTED, _CLERK, "受理", _ACCEPT_TOLD),
    (_S.ACCEPTANCE_CHECK, _A.REQUEST_CORRECTION): _row(_S.CORRECTION, _CLERK, "一次性告知补正", "需要补正，已一次性告知", defects=True, when=When.FIRST_NOTICE),
    (_S.ACCEPTANCE_CHECK, _A.REFUSE_ACCEPTANCE): _row(_S.NOT_ACCEPTED, _CLERK, "不予受理", _REFUSE_ACCEPTANCE_TOLD, reason=True, when=When.IN_TIME, hint=_WHY_NOT_OURS),
    (_S.ACCEPTANCE_CHECK, _A.PROPOSE_NOTICE): _row(_S.ACCEPTANCE_CHECK, _CLERK, "提请再次告知", "已提请再次告知补正", reason=True, defects=True, internal=True, when=When.FURTHER_NOTICE, hint=_WHY_FURTHER),
    (_S.ACCEPTANCE_CHECK, _A.APPROVE_NOTICE): _row(_S.CORRECTION, _SUPERVISOR, "批准再次告知", "补正后发现新问题，经批准再次告知", when=When.NOTICE_IN_TIME),
    (_S.ACCEPTANCE_CHECK, _A.REJECT_NOTICE): _row(_S.ACCEPTANCE_CHECK, _SUPERVISOR, "不同意再次告知", "未同意再次告知补正", reason=True, internal=True, when=When.NOTICE_PROPOSED),
    (_S.ACCEPTANCE_CHECK, _A.DEEM_ACCEPTED): _row(_S.ACCEPTED, _SYSTEM, "视为受理", "逾期未告知，自收到材料之日起视为受理", when=When.ANSWER_OVERDUE),

    (_S.CORRECTION, _A.SUPPLEMENT): _row(_S.ACCEPTANCE_CHECK, _CITIZEN, "提交补正", "补正内容已提交"),
    (_S.CORRECTION, _A.EXPIRE): _row(_S.CLOSED, _CLOSER, "逾期未补正，办结", "逾期未补正，办件已办结", when=When.SUPPLY_OVERDUE, outcome=Outcome.NOT_SUPPLIED),

    (_S.ACCEPTED, _A.GRANT): _row(_S.DECIDED, _DECIDER, "准予", "已审查，准予", outcome=Outcome.GRANTED, through=(_A.START_REVIEW, _A.GRANT)),
    (_S.ACCEPTED, _A.REFUSE): _row(_S.DECIDED, _DECIDER, "不予批准", "已审查，不予批准", reason=True, hint=_WHY_REFUSED, outcome=Outcome.REFUSED, through=(_A.START_REVIEW, _A.REFUSE)),
    (_S.ACCEPTED, _A.START_REVIEW): _row(_S.IN_REVIEW, _REVIEW, "开始审查", "已开始审查"),

    (_S.IN_REVIEW, _A.GRANT): _row(_S.DECIDED, _DECIDER, "准予", "已审查，准予", outcome=Outcome.GRANTED),
    (_S.IN_REVIEW, _A.REFUSE): _row(_S.DECIDED, _DECIDER, "不予批准", "已审查，不予批准", reason=True, hint=_WHY_REFUSED, outcome=Outcome.REFUSED),
    (_S.IN_REVIEW, _A.ADVISE): _row(_S.IN_REVIEW, _REVIEWER, "提出审查意见", "已提出审查意见", reason=True, internal=True, hint="写给决定人的审查意见。"),
    (_S.IN_REVIEW, _A.SUSPEND): _row(_S.SUSPENDED, _REVIEW, "暂停计时（特别程序）", "进入特别程序，暂停计算办理时间", reason=True, hint=_WHY_SUSPENDED),

    (_S.SUSPENDED, _A.RESUME): _row(_S.IN_REVIEW, _REVIEW, "恢复办理", "特别程序结束，恢复计算办理时间"),

    (_S.DECIDED, _A.MAKE_CERTIFICATE): _row(_S.CERTIFICATE, _CLERK, "制作证照或文书", "正在制作证照或文书", when=When.GRANTED),
    (_S.DECIDED, _A.START_DELIVERY): _row(_S.DELIVERY, _CLERK, "送达", "结果可以领取", reason=True, hint=_HOW_TO_COLLECT),
    (_S.DECIDED, _A.CONFIRM_DELIVERED): _row(_S.CLOSED, _CLERK, "已送达，办结", "结果已送达，办件已办结", through=(_A.START_DELIVERY, _A.CONFIRM_DELIVERED)),

    (_S.CERTIFICATE, _A.START_DELIVERY): _row(_S.DELIVERY, _CLERK, "送达", "结果可以领取", reason=True, hint=_HOW_TO_COLLECT),
    (_S.CERTIFICATE, _A.CONFIRM_DELIVERED): _row(_S.CLOSED, _CLERK, "已送达，办结", "结果已送达，办件已办结", through=(_A.START_DELIVERY, _A.CONFIRM_DELIVERED)),

    (_S.DELIVERY, _A.CONFIRM_DELIVERED): _row(_S.CLOSED, _CLERK, "已送达，办结", "结果已送达，办件已办结"),
    (_S.DELIVERY, _A.CONFIRM_RECEIPT): _row(_S.CLOSED, _CITIZEN, "确认收到", "申请人已确认收到结果，办件已办结"),
}
# fmt: on

_BEFORE_DECISION = (
    _S.SUBMITTED,
    _S.PRE_REVIEW,
    _S.RETURNED,
    _S.ACCEPTANCE_CHECK,
    _S.CORRECTION,
    _S.ACCEPTED,
    _S.IN_REVIEW,
    _S.SUSPENDED,
)
_AFTER_DECISION = (_S.DECIDED, _S.CERTIFICATE, _S.DELIVERY)


def _with_exits(
    rows: dict[tuple[State, Action], Transition],
) -> dict[tuple[State, Action], Transition]:
    """Add the ways out that every open state has."""
    withdraw = _row(_S.WITHDRAWN, _CITIZEN, "撤回申请", "申请人已撤回申请")
    terminate = _row(
        _S.TERMINATED, _STOPPER, "终止办理", "已终止办理",
        reason=True, hint=_WHY_TERMINATED,
    )  # fmt: skip
    void = _row(
        _S.VOIDED, _SUPERVISOR, "作废", "办件已作废", reason=True, hint=_WHY_VOIDED
    )
    out = dict(rows)
    for state in _BEFORE_DECISION:
        out[state, _A.WITHDRAW] = withdraw
        out[state, _A.TERMINATE] = terminate
    for state in _BEFORE_DECISION + _AFTER_DECISION:
        out[state, _A.VOID] = void
    return out


TRANSITIONS: Mapping[tuple[State, Action], Transition] = _with_exits(_ROWS)
"""Every step there is, in the order in which buttons stand."""

FINAL = frozenset(State) - {start for start, _ in TRANSITIONS}
"""States that nothing leaves."""

WAITING_FOR_APPLICANT = frozenset({State.RETURNED, State.CORRECTION})
"""States in which the applicant may change what the notice names, and only that."""

UNANSWERED = frozenset({State.SUBMITTED, State.PRE_REVIEW, State.ACCEPTANCE_CHECK})
"""States in which the office owes acceptance, a notice or a refusal (art. 32)."""

UNDER_EXAMINATION = frozenset({State.ACCEPTED, State.IN_REVIEW})
"""States in which the time limit of the decision runs."""

AFTER_DECISION = frozenset(_AFTER_DECISION)
"""States in which the result is on its way."""


def actions_open_to(
    roles: Collection[Role], state: State, situation: Situation = FRESH
) -> tuple[Action, ...]:
    """Return what somebody with these roles may do, in the table's order."""
    return tuple(
        action
        for (start, action), row in TRANSITIONS.items()
        if start is state
        and not row.by.isdisjoint(roles)
        and situation.allows(row.when)
    )


def step(
    state: State,
    action: Action,
    *,
    roles: Collection[Role],
    situation: Situation = FRESH,
    reason: str = "",
    has_defects: bool = False,
) -> tuple[Move, ...]:
    """Return the steps that an action stands for: one, or several for a short cut.

    Args:
        state: Where the case stands.
        action: What is to be done.
        roles: Those of the actor.
        situation: What else is known of the case.
        reason: Opinion or reason as written.
        has_defects: Whether a list of defects comes with it.

    Raises:
        IllegalTransition: the table has no row for this state and action, or
            the situation closes it (AlreadyNotified for a second notice).
        Forbidden: it has one, for other roles.
        Invalid: the row wants a reason or defects and none were given, or
            wants no defects and some were.
    """
    row = TRANSITIONS.get((state, action))
    if row is None:
        raise _illegal(state, action, roles, situation)
    if row.by.isdisjoint(roles):
        raise Forbidden(f"these roles may not {action} a case")
    if not situation.allows(row.when):
        raise _illegal(state, action, roles, situation, when=row.when)
    if row.reason_required and not reason.strip():
        raise Invalid(
            f"{action} needs a reason",
            zh="请写明理由。",
            errors={"reason": row.hint or "请写明理由。"},
        )
    if row.defects_required != has_defects:
        raise Invalid(
            f"{action} {'needs' if row.defects_required else 'takes no'} defects",
            zh="请列出需要补正的全部内容。",
            errors={"defects": "请列出需要补正的全部内容，每一项写清问题。"},
        )
    moves, here = [], state
    for each in row.through or (action,):
        primitive = TRANSITIONS[here, each]
        moves.append(Move(each, here, primitive))
        here = primitive.to
    return tuple(moves)


def _illegal(
    state: State,
    action: Action,
    roles: Collection[Role],
    situation: Situation,
    *,
    when: When | None = None,
) -> IllegalTransition:
    kind = IllegalTransition
    if when in _NOTIFYING and situation.answer_overdue:
        kind = TooLateToNotify
    elif when is When.IN_TIME:
        kind = TooLateToRefuse
    elif when is When.FIRST_NOTICE:
        kind = AlreadyNotified
    return kind(
        f"a {state} case cannot be taken through {action}"
        + (f": only when {when}" if when else ""),
        state=state.value,
        possible=[each.value for each in actions_open_to(roles, state, situation)],
    )


def next_for_applicant(state: State, outcome: Outcome | None = None) -> str:
    """Return what the applicant should do, or wait for, in a state."""
    return _NEXT_BY_OUTCOME.get((state, outcome)) or _NEXT[state]


def diagram() -> str:
    """Return the workflow as a Mermaid state diagram, short cuts left out."""
    lines = ["stateDiagram-v2", f"    [*] --> {_node(State.DRAFT)}"]
    lines += [f'    state "{each.zh}" as {_node(each)}' for each in State]
    for (start, action), row in TRANSITIONS.items():
        if not row.through:
            by = "、".join(ROLE_NAMES[role] for role in Role if role in row.by)
            lines.append(
                f"    {_node(start)} --> {_node(row.to)}: {row.label} {action}（{by}）"
            )
    lines += [f"    {_node(each)} --> [*]" for each in State if each in FINAL]
    return "\n".join(lines) + "\n"


def _node(state: State) -> str:
    return state.value.replace("-", "_")


ROLE_NAMES: Mapping[Role, str] = {
    Role.CITIZEN: "申请人",
    Role.CLERK: "首席事务代表",
    Role.REVIEWER: "审查人",
    Role.DECIDER: "决定人",
    Role.SUPERVISOR: "分管领导",
    Role.SYSTEM: "系统",
}
"""What people read for the roles of this table."""

_STATE_NAMES: Mapping[State, str] = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "已收件",
    State.PRE_REVIEW: "预审中",
    State.RETURNED: "退回待补正",
    State.ACCEPTANCE_CHECK: "受理审核中",
    State.CORRECTION: "待补正",
    State.ACCEPTED: "已受理",
    State.NOT_ACCEPTED: "不予受理",
    State.IN_REVIEW: "审查中",
    State.SUSPENDED: "特别程序中",
    State.DECIDED: "已作出决定",
    State.CERTIFICATE: "制证中",
    State.DELIVERY: "待领取",
    State.CLOSED: "已办结",
    State.WITHDRAWN: "已撤回",
    State.TERMINATED: "已终止",
    State.VOIDED: "已作废",
}

_OUTCOME_NAMES: Mapping[Outcome, str] = {
    Outcome.GRANTED: "准予",
    Outcome.REFUSED: "不予批准",
    Outcome.NOT_SUPPLIED: "逾期未补正",
}

_NEXT: Mapping[State, str] = {
    State.DRAFT: "填好以后请提交申请。填过的内容已经保存。",
    State.SUBMITTED: "请等候。5个工作日内会告知您是否受理，或一次性告知需要补正的内容。",
    State.PRE_REVIEW: "工作人员正在预审，请等候结果。",
    State.RETURNED: "请按补正通知逐项修改，再提交补正。只需改通知里列出的内容。",
    State.ACCEPTANCE_CHECK: "工作人员正在核对材料，请等候是否受理的通知。",
    State.CORRECTION: "请按补正通知逐项修改，再提交补正。只需改通知里列出的内容。",
    State.ACCEPTED: "请等候审查，办理期限从受理之日起计算。",
    State.NOT_ACCEPTED: "请看不予受理的理由。需要帮助可以拨打咨询电话，或按理由里说明的部门申请。",
    State.IN_REVIEW: "正在审查，请等候决定。",
    State.SUSPENDED: "正在进行特别程序，这段时间不计入办理期限，请等候通知。",
    State.DECIDED: "决定已经作出，请等候领取通知。",
    State.CERTIFICATE: "证照或文书正在制作，做好后会通知您。",
    State.DELIVERY: "请领取结果，收到后点“确认收到”。",
    State.CLOSED: "已经办结，不需要再做什么。",
    State.WITHDRAWN: "申请已撤回。需要时可以重新申请。",
    State.TERMINATED: "办理已终止，请看终止的原因。",
    State.VOIDED: "办件已作废，请看作废的原因。有疑问可以拨打咨询电话。",
}

_REMEDIES = (
    "如不服决定，可以在收到决定之日起60日内申请行政复议，"
    "或者6个月内向人民法院提起行政诉讼。"
)
"""Source: Administrative Reconsideration Law (60 days); Administrative
Litigation Law (6 months). See domain facts §2.5, row refusal."""

_NEXT_BY_OUTCOME: Mapping[tuple[State, Outcome | None], str] = {
    (State.DECIDED, Outcome.REFUSED): "决定书正在送达，请看不予批准的理由。"
    + _REMEDIES,
    (State.DELIVERY, Outcome.REFUSED): "请领取决定书，收到后点“确认收到”。" + _REMEDIES,
    (State.CLOSED, Outcome.REFUSED): "已经办结。" + _REMEDIES,
    (
        State.CLOSED,
        Outcome.NOT_SUPPLIED,
    ): "没有在期限内补正，办件已办结。材料备齐后可以重新申请。",
}
