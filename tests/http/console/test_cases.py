"""Cases at the desk: the queue, the page, the acts, the notice."""

from types import SimpleNamespace

import pytest

from app.cases import queries, service
from app.cases.workflow import FRESH, TRANSITIONS, Action, State
from app.files import service as files
from app.files.rebuild import Rebuilt
from app.kernel.actors import Role, citizen_actor
from app.kernel.audit import AuditEntry
from app.people.masking import mask_name
from console import turns, words
from tests.builders.cases import make_case
from tests.builders.people import make_citizen
from tests.http.console import filing
from tests.http.console.conftest import CASE_WORK

PHONE = "13800138000"
NUMBER = "11010519491231002X"


def path_of(case):
    return f"/console/cases/{case.token}"


def test_the_queue_lists_what_waits(desk, filed):
    case = filed()
    shown = desk().get("/console/cases")
    assert case.reference in shown.words
    assert mask_name("张小明") in shown.words
    assert "张小明" not in shown.words
    assert "还有5个工作日" in shown.words
    assert "正常" in shown.words


def test_a_case_that_is_late_says_so_in_words(desk, filed, clock):
    filed()
    clock.advance(days=9)
    shown = desk().get("/console/cases?light=red")
    assert "超期" in shown.words
    assert "已超2个工作日" in shown.words


def test_a_case_nobody_answered_counts_as_accepted(desk, filed, clock):
    case = filed()
    clock.advance(days=9)
    shown = desk().get(path_of(case))
    assert "视为受理" in shown.words
    assert "一次性告知补正" not in shown.buttons
    late = desk().get(f"{path_of(case)}/correction/return")
    assert late.status == 422
    assert "依法视为受理" in late.words
    done = press(shown, "受理")
    assert "已受理" in done.words
    assert "视为受理" not in done.words


def test_every_step_of_staff_has_its_own_words():
    staff = set(Role) - {Role.CITIZEN, Role.SYSTEM}
    theirs = {act for (_, act), row in TRANSITIONS.items() if row.by & staff}
    assert theirs == set(words.CASE_DONE)
    for (_, act), row in TRANSITIONS.items():
        told = words.CASE_DONE.get(act, "")
        assert not row.internal or "申请人" in told, act


def test_advice_stays_inside(desk, filed, carried):
    case = filed()
    page = carried(desk(), case, "受理", "开始审查")
    done = page.press("提出审查意见", reason="建议准予。")
    assert done.said == "审查意见已记下，申请人看不到。"
    assert "内部，申请人看不到" in done.words


def test_the_queue_is_filtered(desk, filed):
    case = filed()
    browser = desk()
    queue = browser.get("/console/cases")
    found = queue.press("筛选", reference=case.reference[:14], light="green")
    assert case.reference in found.words
    nothing = queue.press("筛选", reference="9999")
    assert "没有符合条件的办件" in nothing.words
    assert nothing.soup.select_one("[name=reference]")["value"] == "9999"


def test_an_empty_view_has_its_own_words(desk):
    browser = desk()
    own = browser.get("/console/cases?mine=1")
    assert "您还没有认领办件" in own.words
    assert own.follow("去看在办的件").soup.select_one(".tabs [aria-current]").text == (
        "在办"
    )
    assert "还没有结束的办件" in browser.get("/console/cases?closed=1").words
    filtered = browser.get("/console/cases?mine=1&light=red")
    assert "没有符合条件的办件" in filtered.words


def test_the_queue_goes_on(desk, filed, database, published):
    filed()
    with database.transaction() as session:
        world = SimpleNamespace(
            citizen=make_citizen(session),
            matter=published.matter(filing.LICENCE),
            office=filing.office_of(session, published),
            snapshot=published,
        )
        cases = [make_case(session, world) for _ in range(31)]
    first = desk().get("/console/cases")
    second = first.follow("下一页")
    shown = [case for case in cases if case.reference in first.text + second.text]
    assert len(shown) == len(cases)
    assert second.follow("回到第一页").words == first.words


def test_a_broken_cursor_is_refused_in_words(desk):
    assert desk().get("/console/cases?after=x", status=422).heading


def test_another_offices_case_does_not_exist(desk, filed):
    case = filed()
    stranger = desk(*[Role.CLERK], short_name="民政局")
    assert case.reference not in stranger.get("/console/cases").words
    for path in ("", "/correction/return"):
        assert stranger.get(path_of(case) + path).status == 404
    token = stranger.home.soup.select_one("[name=csrf_token]")["value"]
    for path in ("/steps", "/claim", "/assign", "/reveal", "/correction/return"):
        shown = stranger.post(
            path_of(case) + path,
            {
                "csrf_token": token,
                "action": "accept",
                "purpose": "check-materials",
                "wrong": "field:x",
                "problem-field:x": "x",
                "seen_version": "1",
            },
        )
        assert shown.status == 404, path


def test_the_case_page_lays_what_is_asked_beside_what_was_given(desk, filed, published):
    case = filed()
    shown = desk().get(path_of(case))
    guide = published.matter(filing.LICENCE).guide
    for material in guide.materials:
        assert material.name in shown.words
    assert mask_name("张小明") in shown.words
    assert PHONE not in shown.text
    assert NUMBER not in shown.text
    assert "行政许可法第32条" in shown.words
    assert "申请已提交" in shown.words
    assert "扫码" in shown.words


def test_looking_at_the_full_answers_asks_why_and_is_written_down(
    desk, filed, database
):
    case = filed()
    browser = desk()
    page = browser.get(path_of(case))
    refused = page.press("查看明文")
    assert refused.status == 422
    shown = page.press("查看明文", purpose="contact-applicant")
    assert PHONE in shown.text
    assert NUMBER in shown.text
    assert "用途：联系申请人" in shown.words
    assert PHONE not in browser.get(path_of(case)).text
    with database.reading() as session:
        row = session.query(AuditEntry).filter_by(action="cases.reveal").one()
        assert row.facts["purpose"] == "contact-applicant"


def test_papers_open_for_those_who_process_cases(desk, filed, database):
    case = filed()
    clerk = desk()
    page = clerk.get(path_of(case))
    [href, *_] = [each["href"] for each in page.soup.select(".papers a")]
    picture = clerk.client.get(href)
    assert picture.status_code == 200
    assert picture.content_type == "image/jpeg"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Content-Disposition"] == "inline"
    assert "no-store" in picture.headers["Cache-Control"]
    with database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="cases.open_file").count()
    other = filed()
    assert clerk.client.get(href.replace(case.token, other.token)).status_code == 404
    leader = desk(Role.SUPERVISOR)
    assert not leader.get(path_of(case)).soup.select(".papers a")
    assert leader.client.get(href).status_code == 403


def test_a_case_is_claimed_once(desk, filed):
    case = filed()
    first, second = desk(), desk()
    seen_by_second = second.get("/console/cases")
    shown = first.get("/console/cases").press("认领")
    assert "已认领" in shown.said
    assert f"办理人：{first.person.display_name}" in shown.words.replace(" ", "")
    late = seen_by_second.press("认领")
    assert late.status == 409
    assert f"已由{first.person.display_name}认领" in late.trouble
    assert case.reference in first.get("/console/cases?mine=1").words
    assert case.reference not in second.get("/console/cases?mine=1").words


def test_a_case_is_handed_to_a_colleague_and_back(desk, filed):
    case = filed()
    first, second = desk(), desk()
    first.get(path_of(case)).press("我来办")
    passed = first.get(path_of(case)).press("转办", username=second.person.username)
    assert "已转给同事" in passed.said
    assert case.reference in second.get("/console/cases?mine=1").words
    back = second.get(path_of(case)).press("转办", username="")
    assert "已放回待办" in back.said
    refused = first.get(path_of(case)).press("我来办").press("转办", username="")
    assert refused.status == 200


def press(page, word):
    """Press a button, and confirm where that is asked."""
    shown = page.press(word)
    sure = f"确认{word}"
    return shown.press(sure) if sure in shown.buttons else shown


@pytest.fixture
def carried(desk):
    """Take a case through acts by the buttons of its page."""

    def through(browser, case, *acts):
        shown = browser.get(path_of(case))
        for word in acts:
            shown = press(shown, word)
            assert shown.said, shown.words
        return shown

    return through


def test_a_case_goes_to_its_end_by_the_buttons(desk, filed, carried):
    case = filed()
    shown = carried(desk(), case, "受理", "准予", "已送达，办结")
    assert "已办结" in shown.words
    assert "办件已经结束" in shown.words
    assert "去办理" not in shown.buttons
    assert case.reference in shown.follow("办件").follow("已结束").words


def test_who_has_the_next_step_is_said(desk, filed, carried):
    case = filed()
    clerk, applicant = desk(Role.CLERK), mask_name("张小明")
    page = clerk.get(path_of(case))
    assert {"去办理", "我来办"} <= set(page.buttons)
    folded = page.soup.select_one("#act details")
    assert folded.summary.get_text() == "更多"
    assert [each.get_text() for each in folded.select("button")] == [
        "开始预审",
        "转受理审核",
        "终止办理",
    ]
    asked = page.press("受理")
    assert asked.heading == "确认受理"
    assert case.matter_name in asked.words
    assert applicant in asked.words
    assert "已收件" in clerk.get(path_of(case)).words
    shown = asked.press("确认受理")
    assert shown.said == "已受理。"
    assert shown.soup.select_one("#act .turn").get_text() == (
        "等审查人或决定人审查，您现在不用再做什么。"
    )
    [button] = shown.soup.select("#act details button")
    assert button.get_text() == "终止办理"
    assert not shown.soup.select("#act .btn-primary")
    assert "我来办" not in shown.buttons
    without = shown.press("终止办理")
    assert without.status == 422
    assert without.soup.select_one("#act details[open] #reason[aria-invalid]")
    done = carried(desk(Role.DECIDER), case, "准予")
    assert "等首席事务代表办理" in done.words


def test_granting_is_asked_twice(desk, filed, carried):
    case = filed()
    asked = carried(desk(), case, "受理").press("准予", reason="材料齐全。")
    assert asked.heading == "确认准予"
    assert case.matter_name in asked.words
    assert mask_name("张小明") in asked.words
    assert asked.press("确认准予").said == "已准予。"


def test_each_act_says_when_it_is_for(desk, filed):
    page = desk(*CASE_WORK, Role.SUPERVISOR).get(path_of(filed()))
    for each in page.soup.select("#act [aria-describedby^=hint-]"):
        hint = page.soup.select_one(f"#{each['aria-describedby']}")
        assert hint.get_text(strip=True), each
    staff = set(Role) - {Role.CITIZEN, Role.SYSTEM}
    theirs = {act for (_, act), row in TRANSITIONS.items() if row.by & staff}
    assert theirs == set(turns.HELP)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.RETURNED, "等申请人补正"),
        (State.CORRECTION, "等申请人补正"),
        (State.ACCEPTED, "等审查人或决定人审查"),
        (State.DELIVERY, "等首席事务代表办理"),
        (State.CLOSED, ""),
    ],
)
def test_an_open_case_waits_for_somebody(state, said):
    assert turns.waits_for(state, FRESH) == said


def test_refusing_is_asked_twice_and_owes_a_reason(desk, filed, carried):
    case = filed()
    browser = desk()
    page = carried(browser, case, "受理")
    without = page.press("不予批准")
    assert without.status == 422
    assert "请写明理由" in without.trouble
    assert "“意见或理由”：" in without.trouble
    assert "最新内容" not in without.trouble
    asked = page.press("不予批准", reason="收入超过标准。")
    assert asked.heading == "确认不予批准"
    assert "收入超过标准。" in asked.words
    assert "已受理" in browser.get(path_of(case)).words
    done = asked.press("确认不予批准")
    assert "已作出决定" in done.words
    assert "收入超过标准。" in done.words


def test_voiding_is_for_a_second_person(desk, filed, carried):
    case = filed()
    both = desk(Role.CLERK, Role.SUPERVISOR)
    carried(both, case, "受理")
    asked = both.get(path_of(case)).press("作废", reason="录入错误")
    refused = asked.press("确认作废")
    assert refused.status == 403
    assert "经办过本办件的人不能作废" in refused.trouble
    assert "录入错误" in refused.text
    leader = desk(Role.SUPERVISOR)
    done = leader.get(path_of(case)).press("作废", reason="录入错误").press("确认作废")
    assert "已作废" in done.words


def test_an_act_of_another_role_is_refused(desk, filed):
    case = filed()
    reviewer = desk(Role.REVIEWER)
    page = reviewer.get(path_of(case))
    assert "等首席事务代表办理，您现在不用再做什么" in page.words
    token = page.soup.select_one("[name=csrf_token]")["value"]
    for action, confirmed in (("accept", ""), ("terminate", ""), ("terminate", "1")):
        answer = reviewer.post(
            f"{path_of(case)}/steps",
            {
                "csrf_token": token,
                "action": action,
                "reason": "x",
                "confirmed": confirmed,
                "seen_version": str(case.version),
            },
        )
        assert answer.status == 403, action
    unknown = reviewer.post(
        f"{path_of(case)}/steps", {"csrf_token": token, "action": "fly"}
    )
    assert unknown.status == 404


def test_whoever_comes_second_is_told_and_keeps_what_was_written(desk, filed, step):
    case = filed()
    browser = desk()
    page = browser.get(path_of(case))
    colleague = step(case, Action.START_PRE_REVIEW)
    late = page.press("受理", reason="材料齐全")
    assert late.status == 409
    assert colleague.display_name in late.trouble
    assert "已开始预审" in late.trouble
    assert "下面是最新内容" in late.trouble
    assert "材料齐全" in late.soup.select_one("#reason").get_text()
    again = press(late, "受理")
    assert again.said == "已受理。"
    risky = page.press("不予受理", reason="不归我们管")
    assert risky.status == 409
    assert "不归我们管" in risky.text


# The correction notice


def ticks_of(editor):
    return [each["value"] for each in editor.soup.select("[name=wrong]")]


def write(editor, problems, word="下一步：预览通知", **more):
    """Tick and write as a clerk does, and send the form."""
    form, button = editor.form(word)
    data = {
        each["name"]: each["value"] for each in form.select("input[type=hidden]")
    } | {
        "wrong": list(problems),
        button["name"]: button["value"],
        **{f"problem-{name}": text for name, text in problems.items()},
        **more,
    }
    return editor.browser.post(form["action"], data)


def test_one_notice_lists_everything_and_is_seen_before_it_is_sent(desk, filed):
    case = filed()
    browser = desk()
    editor = browser.get(path_of(case)).follow("一次性告知补正")
    names = ticks_of(editor)
    papers = [each for each in names if each.startswith("material:")]
    questions = [each for each in names if each.startswith("field:")]
    assert papers
    assert questions
    problems = {papers[0]: "照片看不清，请重新拍。", questions[0]: "请按户口簿填写。"}
    preview = write(editor, problems)
    assert preview.heading == "发出前请再看一遍"
    assert "照片看不清，请重新拍。" in preview.words
    assert "2026年3月23日" in preview.words
    assert "已收件" in browser.get(path_of(case)).words
    back = preview.press("返回修改")
    ticked = [each["value"] for each in back.soup.select("[name=wrong][checked]")]
    assert sorted(ticked) == sorted(problems)
    assert "请按户口簿填写。" in back.text
    sent = preview.press("确认发出")
    assert "补正通知已发出" in sent.said
    assert "退回待补正" in sent.words
    assert "照片看不清，请重新拍。" in sent.words
    assert "一次性告知补正" not in sent.buttons


def test_a_notice_that_says_nothing_is_refused_where_it_is_wrong(desk, filed):
    case = filed()
    editor = desk().get(f"{path_of(case)}/correction/return")
    name = ticks_of(editor)[0]
    empty = write(editor, {})
    assert empty.status == 422
    assert "请列出需要补正的全部内容" in empty.trouble
    silent = write(editor, {name: " "})
    assert silent.status == 422
    assert "请写清楚哪里不对" in silent.trouble
    assert silent.soup.select_one("[name=wrong][checked]")["value"] == name
    [link] = [a["href"] for a in silent.soup.select(".trouble li a")]
    assert silent.soup.select_one(link)["value"] == name
    strange = write(editor, {"field:nobody_asked": "x"})
    assert strange.status == 422


def test_a_notice_is_overtaken_with_all_that_was_written(desk, filed, step):
    case = filed()
    editor = desk().get(f"{path_of(case)}/correction/return")
    name = ticks_of(editor)[0]
    preview = write(editor, {name: "请重新拍。"})
    colleague = step(case, Action.START_PRE_REVIEW)
    late = preview.press("确认发出")
    assert late.status == 409
    assert colleague.display_name in late.trouble
    assert "请重新拍。" in late.text
    sent = write(late, {name: "请重新拍。"}).press("确认发出")
    assert "补正通知已发出" in sent.said


def test_a_second_notice_cannot_be_begun(desk, filed, carried):
    case = filed()
    browser = desk()
    carried(browser, case, "受理")
    shown = browser.get(f"{path_of(case)}/correction/return")
    assert shown.status == 422
    assert browser.get(f"{path_of(case)}/correction/accept").status == 404


@pytest.fixture
def supplement(database, here, local, clock):
    """Hand in what the notice named, as the applicant; one photo for a paper."""

    def answer(case, key):
        actor = citizen_actor(case.citizen_id)
        with database.transaction() as session:
            stored = files.keep(
                session,
                here.store,
                Rebuilt(filing.a_photo("grey"), "image/jpeg", 1),
                owner=files.Owner.citizen(actor.id),
                now=clock.now(),
            )
            service.put_material(
                session, actor, case.token, key, stored.token, now=clock.now()
            )
            session.flush()
            found = queries.get(session, actor, case.token)
            service.take_step(
                session,
                actor,
                case.token,
                Action.SUPPLEMENT,
                seen_version=found.version,
                local=local,
                now=clock.now(),
            )

    return answer


def paper_of(editor):
    return next(each for each in ticks_of(editor) if each.startswith("material:"))


def test_a_further_notice_needs_the_supervisor(
    desk, filed, supplement, published, clock
):
    case = filed()
    clerk, leader = desk(), desk(Role.SUPERVISOR)
    first = clerk.get(path_of(case))
    assert "新传" not in first.words
    editor = first.follow("一次性告知补正")
    paper = paper_of(editor)
    write(editor, {paper: "请重新拍。"}).press("确认发出")
    clock.advance(minutes=5)
    supplement(case, paper.partition(":")[2])
    page = clerk.get(path_of(case))
    assert "申请人已改" in page.words
    assert "补正后改过" in page.words
    [new] = [
        each for each in page.soup.select(".papers li") if "新传" in each.get_text()
    ]
    material = published.matter(filing.LICENCE).guide.material(paper.partition(":")[2])
    assert new.find_parent("tr").select_one("b").get_text() == material.name
    assert len(page.soup.select(".papers li")) > 1
    further = page.follow("提请再次告知")
    assert ticks_of(further) == [paper]
    silent = write(further, {paper: "新照片缺一角。"}, reason=" ")
    assert silent.status == 422
    assert "说明这些问题是由申请人补正的内容新引起的" in silent.trouble
    preview = write(further, {paper: "新照片缺一角。"}, reason="补交的照片缺一角。")
    asked = preview.press("提请分管领导批准")
    assert "已提请分管领导批准" in asked.said
    assert "等分管领导批准" in asked.words
    shown = leader.get(path_of(case))
    assert "新照片缺一角。" in shown.words
    assert "补交的照片缺一角。" in shown.words
    refused = shown.press("不同意再次告知")
    assert refused.status == 422
    done = shown.press("批准再次告知")
    assert "退回待补正" in done.words
    assert "第 2 次" in done.words


def test_papers_that_were_not_changed_cannot_be_named_again(desk, filed, supplement):
    case = filed()
    clerk = desk()
    editor = clerk.get(f"{path_of(case)}/correction/return")
    paper, other = [each for each in ticks_of(editor) if "material:" in each][:2]
    write(editor, {paper: "请重新拍。"}).press("确认发出")
    supplement(case, paper.partition(":")[2])
    further = clerk.get(f"{path_of(case)}/correction/propose-notice")
    preview = write(further, {other: "这个也不对。"}, reason="x")
    refused = preview.press("提请分管领导批准")
    assert refused.status == 422
    assert "申请人补正时没有改过这一项" in refused.trouble


def test_a_special_procedure_stops_the_clock_in_words(desk, filed, carried):
    case = filed()
    browser = desk()
    page = carried(browser, case, "受理", "开始审查")
    paused = page.press("暂停计时（特别程序）", reason="需要入户核查，预计5个工作日。")
    assert "特别程序中，暂停计时" in paused.words
    assert "不计时" in paused.words
    assert paused.press("恢复办理").said == "已恢复计算办理时间。"


def test_a_provisional_day_says_so(desk, filed, carried, clock):
    clock.advance(days=300)
    case = filed()
    shown = carried(desk(), case, "受理")
    assert "暂定" in shown.words
    assert "国务院还没有公布" in shown.words
