from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.codes import queries, service
from app.codes.models import Code, CodeChange, CodeEvent, CodeKind
from app.codes.workflow import Act, CodeState, IllegalChange
from app.kernel import references
from app.kernel.actors import SYSTEM_ACTOR, Actor, ActorKind, Role
from app.kernel.errors import Forbidden, Invalid, NotFound
from tests.builders.codes import make_code, make_poster_staff
from tests.conftest import NOW


@pytest.fixture
def poster(session):
    return make_poster_staff(session)


def events_of(session, code):
    return session.scalars(
        select(CodeEvent).where(CodeEvent.code_id == code.id).order_by(CodeEvent.id)
    ).all()


class TestIssue:
    def test_gives_a_valid_code_and_keeps_who_and_when(self, session, poster):
        code = service.issue(
            session, poster, kind=CodeKind.MATTER, target="M0001", place_code="hall",
            window_code="hall-03", note="  门口 左侧 ", now=NOW,
        )  # fmt: skip
        assert references.is_valid(code.code)
        assert len(code.code) == 11
        assert code.state is CodeState.ACTIVE
        assert code.note == "门口 左侧"
        assert code.office_id == poster.office_id
        [event] = events_of(session, code)
        assert (event.act, event.state) == (Act.ISSUE, CodeState.ACTIVE)
        assert (event.actor_kind, event.actor_id, event.at) == (
            poster.kind,
            poster.id,
            NOW,
        )

    def test_the_same_is_issued_once(self, session, poster):
        said = {
            "kind": CodeKind.MATTER,
            "target": "M0001",
            "place_code": "hall",
            "now": NOW,
        }
        first = service.issue(session, poster, **said)
        other = make_poster_staff(session)
        assert service.issue(session, other, **said) is first
        assert service.issue(session, poster, **said | {"place_code": ""}) is not first
        assert len(events_of(session, first)) == 1

    @pytest.mark.parametrize(
        "differing",
        [
            {"kind": CodeKind.DEPARTMENT},
            {"target": "M0002"},
            {"place_code": "town-01"},
            {"window_code": "hall-03"},
            {"note": "二楼"},
        ],
    )
    def test_what_differs_gets_a_code_of_its_own(self, session, poster, differing):
        said = {
            "kind": CodeKind.MATTER,
            "target": "M0001",
            "place_code": "hall",
            "now": NOW,
        }
        first = service.issue(session, poster, **said)
        assert service.issue(session, poster, **said | differing).code != first.code

    def test_a_revoked_code_is_not_given_again(self, session, poster):
        said = {
            "kind": CodeKind.MATTER,
            "target": "M0001",
            "place_code": "hall",
            "now": NOW,
        }
        first = service.issue(session, poster, **said)
        service.revoke(session, poster, first.code, reason="事项取消", now=NOW)
        second = service.issue(session, poster, **said)
        assert second.code != first.code
        assert (first.state, second.state) == (CodeState.REVOKED, CodeState.ACTIVE)

    def test_codes_do_not_follow_one_another(self, session):
        codes = [make_code(session).code for _ in range(50)]
        assert len({code[:5] for code in codes}) == 50

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"target": ""}, "target"),
            ({"target": "x" * 65}, "target"),
            ({"place_code": None, "window_code": "w"}, "place_code"),
            ({"note": "字" * 201}, "note"),
            ({"kind": CodeKind.SUPERVISION, "place_code": None}, "place_code"),
        ],
    )
    def test_refuses_what_does_not_fit(self, session, poster, said, field):
        with pytest.raises(Invalid) as refused:
            make_code(session, poster, **said)
        assert list(refused.value.errors) == [field]

    def test_the_system_issues_for_an_office_and_staff_only_for_their_own(
        self, session, poster
    ):
        office = make_poster_staff(session).office_id
        assert make_code(session, office_id=office).office_id == office
        assert (
            make_code(session, poster, office_id=office).office_id == poster.office_id
        )

    def test_only_who_may(self, session, clerk, citizen):
        for actor in (clerk, citizen):
            with pytest.raises(Forbidden):
                make_code(session, actor)

    def test_the_database_holds_one_live_code_for_a_placement(self, session):
        keys = session.scalars(select(Code.live_key)).all()
        made = make_code(session)
        assert made.live_key not in keys
        assert Code.__table__.c.live_key.unique


class TestSupervision:
    def test_one_for_each_place_window_and_matter(self, session, poster):
        whole = service.supervision_for(session, poster, place_code="hall", now=NOW)
        window = service.supervision_for(
            session, poster, place_code="hall", window_code="hall-03", now=NOW
        )
        both = service.supervision_for(
            session, poster, place_code="hall", window_code="hall-03",
            matter_code="M0001", now=NOW,
        )  # fmt: skip
        assert len({whole.code, window.code, both.code}) == 3
        assert both.kind is CodeKind.SUPERVISION
        assert (both.target, both.place_code, both.window_code) == (
            "M0001",
            "hall",
            "hall-03",
        )
        again = service.supervision_for(session, poster, place_code="hall", now=NOW)
        assert again is whole


class TestLife:
    def test_each_act_is_kept_with_actor_moment_and_reason(self, session, poster):
        code = make_code(session, poster, planned=True)
        service.activate(session, poster, code.code, now=NOW)
        service.pause(session, poster, code.code, reason="窗口装修", now=NOW)
        service.resume(session, poster, code.code, now=NOW)
        later = NOW + timedelta(days=1)
        service.revoke(session, poster, code.code, reason="事项取消", now=later)
        assert [(e.act, e.state, e.reason) for e in events_of(session, code)] == [
            (Act.ISSUE, CodeState.PLANNED, ""),
            (Act.ACTIVATE, CodeState.ACTIVE, ""),
            (Act.PAUSE, CodeState.PAUSED, "窗口装修"),
            (Act.RESUME, CodeState.ACTIVE, ""),
            (Act.REVOKE, CodeState.REVOKED, "事项取消"),
        ]
        assert code.updated_at == later
        assert code.live_key is None

    def test_replacing_moves_the_placement_to_a_new_code(self, session, poster):
        old = make_code(session, poster, window_code="hall-03", note="门口")
        new = service.replace(session, poster, old.code, reason="海报破损", now=NOW)
        session.flush()
        assert old.state is CodeState.REPLACED
        assert old.replaced_by == new.code != old.code
        assert new.state is CodeState.ACTIVE
        assert (new.kind, new.target, new.place_code, new.window_code, new.note) == (
            old.kind, old.target, old.place_code, old.window_code, old.note,
        )  # fmt: skip
        with pytest.raises(IllegalChange):
            service.replace(session, poster, old.code, reason="再来", now=NOW)

    def test_what_ended_stays_ended(self, session, poster):
        code = make_code(session, poster)
        service.expire(session, poster, code.code, now=NOW)
        for act in (service.activate, service.resume, service.expire):
            with pytest.raises(IllegalChange):
                act(session, poster, code.code, now=NOW)
        with pytest.raises(IllegalChange):
            service.revoke(session, poster, code.code, reason="x", now=NOW)

    def test_a_reason_is_wanted_and_may_not_be_endless(self, session, poster):
        code = make_code(session, poster)
        for reason in (" ", "长" * 401):
            with pytest.raises(Invalid) as refused:
                service.revoke(session, poster, code.code, reason=reason, now=NOW)
            assert list(refused.value.errors) == ["reason"]
        assert code.state is CodeState.ACTIVE

    def test_another_offices_code_does_not_exist(self, session, poster):
        code = make_code(session, make_poster_staff(session))
        with pytest.raises(NotFound):
            service.revoke(session, poster, code.code, reason="x", now=NOW)
        with pytest.raises(NotFound):
            service.pause(session, poster, "2222222222A", reason="x", now=NOW)
        service.revoke(session, SYSTEM_ACTOR, code.code, reason="x", now=NOW)

    def test_only_who_may(self, session, clerk):
        code = make_code(session)
        with pytest.raises(Forbidden):
            service.revoke(session, clerk, code.code, reason="x", now=NOW)

    def test_each_change_has_the_next_number(self, session, poster):
        first = make_code(session, poster)
        second = make_code(session, poster)
        service.expire(session, poster, first.code, now=NOW)
        assert first.change == second.change + 1
        assert session.scalar(select(CodeChange.number)) == first.change


class TestQueries:
    def test_an_office_sees_its_own_codes_newest_first_in_pages(self, session, poster):
        mine = [make_code(session, poster).code for _ in range(5)]
        make_code(session, make_poster_staff(session))
        make_code(session)
        first = queries.list_codes(session, poster, limit=3)
        rest = queries.list_codes(session, poster, limit=3, after=first.next_cursor)
        assert [c.code for c in first.codes + rest.codes] == mine[::-1]
        assert rest.next_cursor is None

    @pytest.mark.parametrize(
        "said",
        [
            {"kind": CodeKind.PLACE},
            {"target": "M7"},
            {"place_code": "town"},
            {"place_code": "hall", "window_code": "w1"},
        ],
    )
    def test_filters(self, session, poster, said):
        wanted = make_code(session, poster, **said)
        make_code(session, poster)
        page = queries.list_codes(session, poster, **said)
        assert wanted in page.codes
        for code in page.codes:
            assert {key: getattr(code, key) for key in said} == said

    def test_by_state(self, session, poster):
        ended = make_code(session, poster)
        make_code(session, poster)
        service.expire(session, poster, ended.code, now=NOW)
        page = queries.list_codes(session, poster, state=CodeState.EXPIRED)
        assert page.codes == (ended,)

    def test_get_and_history_hold_the_office_boundary(self, session, poster):
        code = make_code(session, poster)
        stranger = make_poster_staff(session)
        assert queries.get(session, poster, code.code) is code
        assert [e.act for e in queries.history(session, poster, code.code)] == [
            Act.ISSUE
        ]
        assert queries.get(session, SYSTEM_ACTOR, code.code) is code
        for look in (queries.get, queries.history):
            with pytest.raises(NotFound):
                look(session, stranger, code.code)

    def test_staff_of_no_office_see_nothing(self, session):
        make_code(session)
        nobody = Actor(5, ActorKind.STAFF, frozenset({Role.POSTER}), office_id=None)
        assert queries.list_codes(session, nobody).codes == ()

    def test_citizens_may_not_list(self, session, citizen):
        with pytest.raises(Forbidden):
            queries.list_codes(session, citizen)


def test_no_event_is_ever_lost_by_a_change(session, poster):
    before = session.scalar(select(func.count()).select_from(CodeEvent))
    code = make_code(session, poster)
    service.replace(session, poster, code.code, reason="破损", now=NOW)
    assert session.scalar(select(func.count()).select_from(CodeEvent)) == before + 3
