import pytest

from app.kernel.errors import Forbidden, NotFound
from app.notices import queries, service
from app.notices.models import LinkKind
from app.notices.service import Link, Message
from tests.builders.notices import make_notice, make_reader
from tests.conftest import NOW


@pytest.fixture
def reader(session):
    return make_reader(session)


@pytest.fixture
def stranger(session):
    return make_reader(session)


def message(reader, **said):
    return Message(
        **{
            "event_id": 1,
            "citizen_id": reader.id,
            "template": "case-accept",
            "happened_at": NOW,
            "link": Link(LinkKind.CASE, "token"),
        }
        | said
    )


class TestWrite:
    def test_writes_what_is_new(self, session, reader):
        assert service.write(session, [message(reader)], now=NOW) == 1

        notice = queries.inbox(session, reader).notices[0]
        assert (notice.template, notice.link_kind, notice.link_token) == (
            "case-accept",
            LinkKind.CASE,
            "token",
        )
        assert notice.happened_at == notice.created_at == NOW
        assert notice.read_at is None

    def test_writes_nothing_the_second_time(self, session, reader):
        service.write(session, [message(reader)], now=NOW)
        assert service.write(session, [message(reader)], now=NOW) == 0
        assert queries.unread_count(session, reader) == 1

    def test_one_event_may_tell_two_people_and_use_two_templates(
        self, session, reader, stranger
    ):
        told = [
            message(reader),
            message(stranger),
            message(reader, template="case-return"),
        ]
        assert service.write(session, told, now=NOW) == 3

    def test_writes_nothing_for_nobody(self, session):
        assert service.write(session, [], now=NOW) == 0


class TestInbox:
    def test_shows_own_notices_newest_first(self, session, reader, stranger):
        older = make_notice(session, reader)
        make_notice(session, stranger)
        newer = make_notice(session, reader)

        page = queries.inbox(session, reader)

        assert page.notices == [newer, older]
        assert page.next_cursor is None
        assert page.unread == 2

    def test_goes_on_where_the_page_before_ended(self, session, reader, stranger):
        made = []
        for _ in range(5):
            made.append(make_notice(session, reader))
            make_notice(session, stranger)

        seen, cursor = [], None
        while True:
            page = queries.inbox(session, reader, cursor=cursor, limit=2)
            seen += page.notices
            cursor = page.next_cursor
            if cursor is None:
                break

        assert seen == made[::-1]

    def test_a_strangers_cursor_starts_from_the_top(self, session, reader, stranger):
        notice = make_notice(session, reader)
        foreign = make_notice(session, stranger)
        page = queries.inbox(session, reader, cursor=foreign.token)
        assert page.notices == [notice]

    def test_a_page_has_a_largest_size(self, session, reader):
        make_notice(session, reader)
        make_notice(session, reader)
        assert len(queries.inbox(session, reader, limit=0).notices) == 1
        assert len(queries.inbox(session, reader, limit=10**9).notices) == 2

    def test_staff_have_no_inbox(self, session, clerk):
        with pytest.raises(Forbidden):
            queries.inbox(session, clerk)


class TestMarkRead:
    def test_the_first_reading_counts(self, session, reader, clock):
        notice = make_notice(session, reader)
        service.mark_read(session, reader, notice.token, now=clock.now())
        clock.advance(hours=1)
        service.mark_read(session, reader, notice.token, now=clock.now())
        assert notice.read_at == NOW
        assert queries.unread_count(session, reader) == 0

    def test_anothers_notice_does_not_exist(self, session, reader, stranger):
        notice = make_notice(session, stranger)
        with pytest.raises(NotFound):
            service.mark_read(session, reader, notice.token, now=NOW)
        assert notice.read_at is None

    def test_all_of_ones_own_at_once(self, session, reader, stranger):
        make_notice(session, reader)
        make_notice(session, reader, read_at=NOW)
        make_notice(session, stranger)
        assert service.mark_all_read(session, reader, now=NOW) == 1
        assert queries.unread_count(session, reader) == 0
        assert queries.unread_count(session, stranger) == 1
