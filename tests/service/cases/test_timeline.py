from datetime import timedelta

from app.cases import queries, service, timeline
from app.cases.rules import Defect, Subject
from app.cases.workflow import Action, State
from app.kernel.actors import SYSTEM_ACTOR
from tests.builders.cases import LOCAL, submit_case
from tests.conftest import NOW

A = Action


def take(session, actor, case, action, **said):
    return service.take_step(
        session,
        actor,
        case.token,
        action,
        **{"seen_version": case.version, "local": LOCAL, "now": NOW} | said,
    )


def test_tells_the_applicant_what_happened_in_plain_words(session, world):
    case = submit_case(session, world)
    take(session, world.clerk, case, A.ACCEPT, now=NOW + timedelta(hours=1))
    take(
        session,
        world.decider,
        case,
        A.REFUSE,
        reason="场所不符合要求",
        now=NOW + timedelta(hours=2),
    )
    lines = timeline.entries(session, world.citizen, case)
    office = world.office.name
    assert [(each.told, each.who, each.reason) for each in lines] == [
        ("申请已提交，材料已收到", "申请人", ""),
        ("已进入受理审核", office, ""),
        ("已受理", office, ""),
        ("已开始审查", office, ""),
        ("已审查，不予批准", office, "场所不符合要求"),
    ]
    assert lines[1].at == NOW + timedelta(hours=1)
    assert "行政复议" in lines[-1].next
    assert (
        lines[0].next
        == "请等候。5个工作日内会告知您是否受理，或一次性告知需要补正的内容。"
    )


def test_an_applicant_reads_no_names_and_no_internal_steps(session, world):
    case = submit_case(session, world)
    take(session, world.clerk, case, A.ACCEPT)
    take(session, world.reviewer, case, A.START_REVIEW)
    take(session, world.reviewer, case, A.ADVISE, reason="建议准予")
    lines = timeline.entries(session, world.citizen, case)
    assert all(not each.internal and each.staff_name == "" for each in lines)
    text = repr(lines)
    for secret in ("建议", "张三", "李四"):
        assert secret not in text


def test_staff_read_colleagues_and_opinions(session, world):
    case = submit_case(session, world)
    take(session, world.clerk, case, A.ACCEPT)
    take(session, world.reviewer, case, A.START_REVIEW)
    take(session, world.reviewer, case, A.ADVISE, reason="建议准予")
    *_, last = timeline.entries(session, world.decider, case)
    assert last.internal
    assert last.reason == "建议准予"
    assert last.staff_name == "李四（审查人）"
    assert last.who == world.office.name


def test_names_the_notice_that_came_with_a_step(session, world):
    case = submit_case(session, world)
    defect = Defect(Subject.FIELD, "name", "与身份证不符")
    take(session, world.clerk, case, A.RETURN, defects=[defect])
    *_, last = timeline.entries(session, world.citizen, case)
    assert last.notice_number == 1
    assert last.state is State.RETURNED


def test_timers_are_the_system(session, world):
    case = submit_case(session, world)
    take(session, SYSTEM_ACTOR, case, A.DEEM_ACCEPTED, now=NOW + timedelta(days=30))
    for reader in (world.citizen, world.clerk):
        *_, last = timeline.entries(session, reader, case)
        assert (last.who, last.staff_name) == ("系统", "")


def test_reads_a_case_from_the_database(session, world):
    case = submit_case(session, world)
    take(session, world.clerk, case, A.ACCEPT)
    session.expire_all()
    found = queries.get(session, world.citizen, case.token)
    assert len(timeline.entries(session, world.citizen, found)) == 3
