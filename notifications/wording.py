"""What notices say, in the words of the person who is told.

A notice may light up on a locked phone that lies on a table. So no name, no
number, no matter and no outcome stands in it: it says that something happened
and what to do, and the page behind the sign-in says the rest. Decisions and
refusals share their words; complaints say no more than that there is news.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A notice as it is read.

    Attributes:
        title: At most 20 characters, so that channels with narrow lines carry it.
        body: One or two sentences: what happened, what to do next.
        to_do: The person has to act; shown with a mark, not by colour alone.
    """

    title: str
    body: str
    to_do: bool = False


_LOOK = "点开可以看到进度和下一步。"
_DECIDED = Words("您的申请有了办理结果", "点开查看结果、理由和领取方式。")
_CORRECTION = Words(
    "您的申请需要补正",
    "需要补正的内容已经一次列全，点开逐项修改后再提交，并请留意截止日期。",
    to_do=True,
)
_CLOSED = Words("您的申请已办结", "点开可以查看办理结果。")

WORDING: Mapping[str, Words] = {
    "case-submit": Words(
        "您的申请已提交", "材料已经收到，会在5个工作日内告知您是否受理。" + _LOOK
    ),
    "case-start-pre-review": Words("您的申请开始预审", "工作人员正在看材料。" + _LOOK),
    "case-pass-pre-review": Words("您的申请通过了预审", "接下来核对能否受理。" + _LOOK),
    "case-start-check": Words("您的申请进入受理审核", "工作人员正在核对。" + _LOOK),
    "case-return": _CORRECTION,
    "case-request-correction": _CORRECTION,
    "case-approve-notice": _CORRECTION,
    "case-supplement": Words("您的补正已提交", "补正的内容已经收到。" + _LOOK),
    "case-accept": Words("您的申请已受理", "办理期限从受理之日起计算。" + _LOOK),
    "case-deem-accepted": Words("您的申请已受理", "办理期限已经开始计算。" + _LOOK),
    "case-refuse-acceptance": Words(
        "您的申请有了受理结果", "点开查看结果、理由和可以怎么办。"
    ),
    "case-start-review": Words("您的申请开始审查", "正在审查，请等候决定。" + _LOOK),
    "case-suspend": Words(
        "您的申请暂停计时", "有一项程序正在进行，这段时间不计入办理期限。" + _LOOK
    ),
    "case-resume": Words("您的申请恢复办理", "办理期限继续计算。" + _LOOK),
    "case-grant": _DECIDED,
    "case-refuse": _DECIDED,
    "case-make-certificate": Words("您的申请正在制证", "做好后会通知您领取。" + _LOOK),
    "case-start-delivery": Words(
        "您的办理结果可以领取", "点开查看怎么领取，收到后请点“确认收到”。", to_do=True
    ),
    "case-confirm-delivered": _CLOSED,
    "case-confirm-receipt": _CLOSED,
    "case-expire": _CLOSED,
    "case-withdraw": Words("您的申请已撤回", "需要时可以重新申请。"),
    "case-terminate": Words("您的申请有新进展", "点开查看原因和可以怎么办。"),
    "case-void": Words("您的申请有新进展", "点开查看原因和可以怎么办。"),
    "complaint-received": Words("您的反馈已收到", "登录后可以在“我的反馈”里查看进展。"),
    "complaint-progress": Words(
        "您的反馈有新进展", "登录后可以在“我的反馈”里查看，也可以继续留言。"
    ),
}
"""Every template there is; :mod:`notifications.plans` names them."""

_UNKNOWN = Words("您有一条新消息", "点开查看。")


def words_for(template: str) -> Words:
    """Return the words of a template.

    A stored notice outlives the release that wrote it: a template that is gone
    still gets a sentence, never an error on the person's page.
    """
    return WORDING.get(template, _UNKNOWN)
