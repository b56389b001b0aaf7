import re

import pytest

from app.cases.events import CaseMoved, CaseSubmitted
from app.cases.workflow import TRANSITIONS, Action
from app.complaints.events import ComplaintAnswered, ComplaintFiled, ComplaintMoved
from app.kernel.outbox import OutboxEntry
from app.notices.models import LinkKind
from notifications import plans
from notifications.wording import WORDING, words_for
from tests.conftest import NOW

ANNOUNCED = {
    action
    for (_, action), row in TRANSITIONS.items()
    if not row.internal and action is not Action.SUBMIT
}


def entry(kind, **payload):
    return OutboxEntry(id=9, type=kind.TYPE, payload=payload, recorded_at=NOW)


def moved(action):
    return entry(CaseMoved, applicant_id=7, case_token="t", action=action)


@pytest.mark.parametrize("action", sorted(ANNOUNCED))
def test_every_step_that_is_announced_has_words(action):
    (message,) = plans.messages_for(moved(action))
    assert message.template in WORDING
    assert (message.citizen_id, message.event_id, message.happened_at) == (7, 9, NOW)
    assert (message.link.kind, message.link.token) == (LinkKind.CASE, "t")


def test_a_submission_is_confirmed():
    (message,) = plans.messages_for(
        entry(CaseSubmitted, applicant_id=7, case_token="t")
    )
    assert message.template in WORDING


@pytest.mark.parametrize("kind", [ComplaintFiled, ComplaintMoved, ComplaintAnswered])
def test_who_complained_by_name_is_told(kind):
    (message,) = plans.messages_for(entry(kind, citizen_id=7, complaint_token=None))
    assert message.template in WORDING
    assert (message.link.kind, message.link.token) == (LinkKind.COMPLAINT, None)


@pytest.mark.parametrize("kind", [ComplaintMoved, ComplaintAnswered])
def test_of_an_anonymous_complaint_nobody_is_told(kind):
    assert plans.messages_for(entry(kind, citizen_id=None, complaint_token="t")) == []


def test_an_event_without_a_plan_is_no_silence():
    stranger = OutboxEntry(id=1, type="moon.landed.v1", payload={}, recorded_at=NOW)
    with pytest.raises(plans.NoPlan):
        plans.messages_for(stranger)


def test_a_refusal_cannot_be_told_from_a_grant():
    for one, other in (("grant", "refuse"), ("terminate", "void")):
        assert words_for(f"case-{one}") == words_for(f"case-{other}")


@pytest.mark.parametrize("template", WORDING)
def test_nothing_in_a_notice_is_for_one_person_only(template):
    words = WORDING[template]
    text = words.title + words.body
    assert len(words.title) <= 20
    assert not re.search(r"不予|拒绝|举报|投诉|[{}%]", text)
    assert text.count("您") >= 1
    assert words.body.endswith("。")


def test_a_template_that_is_gone_still_reads_well():
    assert words_for("case-of-1999").title == "您有一条新消息"
