"""Staff signing in: one answer to every failure, longer waits, sessions that end."""

import statistics
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.kernel.actors import Role
from app.kernel.audit import AuditEntry
from app.kernel.errors import NotFound, TooMany
from app.people import passwords, staff
from app.people.models import SignInFailures, StaffPost, StaffSession
from app.people.staff import SignInRefused, StaffRules
from tests.builders.people import PASSWORD, make_office, make_staff
from tests.conftest import NOW


@pytest.fixture
def clerk(session):
    make_staff(session, roles=(Role.ADMIN,))  # noise
    return make_staff(session)


@pytest.fixture
def raw(session, clerk):
    return enter(session, clerk)


def enter(session, member, password=PASSWORD, *, now=NOW, **said):
    username = member if isinstance(member, str) else member.username
    outcome = staff.sign_in(session, username, password, now=now, **said)
    session.flush()
    return outcome


def who(session, raw, *, now=NOW):
    return staff.by_session(session, raw, now=now)


def is_refused(outcome):
    return isinstance(outcome, SignInRefused)


class TestSignIn:
    def test_the_session_is_theirs(self, session, clerk, raw):
        actor = who(session, raw)
        assert (actor.id, actor.name) == (clerk.id, clerk.display_name)
        assert (actor.roles, actor.office_id) == ({Role.CLERK}, clerk.office_id)

    def test_case_and_spaces_of_the_name_do_not_matter(self, session, clerk):
        assert who(session, enter(session, f" {clerk.username.upper()} "))

    def test_every_failure_gets_the_same_answer(self, session, clerk):
        closed = make_staff(session, active=False)
        idle = make_staff(session, roles=())
        outcomes = [
            enter(session, clerk, "wrong"),
            enter(session, "nobody"),
            enter(session, "nobody", ""),
            enter(session, closed),
            enter(session, idle),
        ]
        assert all(map(is_refused, outcomes))
        assert len({(str(each), each.zh, each.code) for each in outcomes}) == 1
        assert not any(outcome.facts for outcome in outcomes)

    @pytest.mark.parametrize("odd", ["\x00", "\ud800", "王五", "x" * 100_000])
    def test_odd_text_is_a_failure_like_others(self, session, clerk, odd):
        assert is_refused(enter(session, odd, "wrong"))
        assert is_refused(enter(session, clerk, odd))

    def test_an_unknown_name_costs_the_same_time(self, session, clerk):
        """Processor time, interleaved medians, so that neighbours do not disturb."""
        spent = {clerk.username: [], "nobody": []}
        for _ in range(11):
            for name, times in spent.items():
                began = time.process_time()
                staff.prove(session, name, "wrong", now=NOW)
                times.append(time.process_time() - began)
        known, unknown = (statistics.median(times) for times in spent.values())
        assert abs(known - unknown) < 0.005

    def test_token_password_and_typed_name_are_in_no_row(self, session, raw):
        enter(session, "my-secret-typed-here", "wrong")
        told = "".join(
            str(session.execute(select(model.__table__)).all())
            for model in (StaffSession, SignInFailures, AuditEntry)
        )
        assert raw not in told
        assert "my-secret-typed-here" not in told
        assert PASSWORD not in told

    def test_success_and_failure_are_on_record(self, session, clerk, raw):
        enter(session, clerk, "wrong")
        enter(session, "nobody", "wrong")
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
        ).all()
        assert [tuple(entry) for entry in entries][-3:] == [
            ("staff.sign_in", f"staff:{clerk.username}"),
            ("staff.sign_in_failed", f"staff:{clerk.username}"),
            ("staff.sign_in_failed", "staff:-"),
        ]

    def test_an_old_hash_is_renewed(self, session, clerk):
        clerk.password_hash = passwords.PasswordHasher(
            time_cost=1, memory_cost=8, parallelism=1
        ).hash(PASSWORD)
        enter(session, clerk)
        assert not passwords.is_outdated(clerk.password_hash)
        assert who(session, enter(session, clerk))


class TestWaiting:
    def test_four_failures_cost_nothing(self, session, clerk):
        for _ in range(4):
            enter(session, clerk, "wrong")
        assert who(session, enter(session, clerk))

    @pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
    def test_after_five_the_right_password_waits_too(
        self, session, clerk, known, later
    ):
        name = clerk.username if known else "nobody"
        for _ in range(5):
            assert is_refused(enter(session, name, "wrong"))
        with pytest.raises(TooMany) as refusal:
            enter(session, name, now=later(seconds=12))
        assert refusal.value.retry_after_s == 18
        assert "1 分钟" in refusal.value.zh
        assert is_refused(enter(session, name, now=later(seconds=30))) is not known

    def test_each_further_failure_doubles_the_wait(self, session, clerk, later):
        for _ in range(5):
            enter(session, clerk, "wrong")
        enter(session, clerk, "wrong", now=later(seconds=30))
        with pytest.raises(TooMany) as refusal:
            enter(session, clerk, now=later(seconds=31))
        assert refusal.value.retry_after_s == 59

    def test_success_starts_anew(self, session, clerk):
        for _ in range(4):
            enter(session, clerk, "wrong")
        enter(session, clerk)
        for _ in range(4):
            assert is_refused(enter(session, clerk, "wrong"))
        assert who(session, enter(session, clerk))

    def test_a_day_later_failures_are_forgotten(self, session, clerk, later):
        for _ in range(4):
            enter(session, clerk, "wrong")
        day_after = later(hours=24, seconds=1)
        enter(session, clerk, "wrong", now=day_after)
        assert staff.by_session(
            session, enter(session, clerk, now=day_after), now=day_after
        )

    def test_another_account_need_not_wait(self, session, clerk):
        for _ in range(5):
            enter(session, clerk, "wrong")
        assert who(session, enter(session, make_staff(session)))

    def test_an_address_waits_when_it_tries_many_names(self, session, clerk):
        rules = StaffRules(address_failures=3)
        for name in ("a1", "b2", "c3"):
            enter(session, name, "wrong", address_key="203.0.113.9", rules=rules)
        with pytest.raises(TooMany):
            enter(session, clerk, address_key="203.0.113.9", rules=rules)
        assert who(session, enter(session, clerk, address_key="other", rules=rules))

    def test_one_good_account_does_not_clear_an_address(self, session, clerk):
        rules = StaffRules(address_failures=3)
        at = {"address_key": "203.0.113.9", "rules": rules}
        for name in ("a1", "b2"):
            enter(session, name, "wrong", **at)
        enter(session, clerk, **at)
        enter(session, "c3", "wrong", **at)
        with pytest.raises(TooMany):
            enter(session, clerk, **at)

    def test_a_thousand_guesses_are_hardly_heard(self, session, clerk, later):
        """One guess a second for an hour: all but eleven wait."""
        heard = 0
        for second in range(3600):
            try:
                enter(session, "nobody", "wrong", now=later(seconds=second))
            except TooMany:
                continue
            heard += 1
        assert heard == 11

    def test_one_wrong_try_an_hour_keeps_nobody_out(self, session, clerk, later):
        """A guessed name is no weapon: who guesses waits, its owner gets in."""
        for hour in range(24 * 10):
            try:
                enter(
                    session, clerk, "wrong", now=later(hours=hour), address_key="theirs"
                )
            except TooMany:
                continue
        moment = later(hours=24 * 10 - 1, minutes=30)
        with pytest.raises(TooMany):
            enter(session, clerk, now=moment, address_key="theirs")
        raw = enter(session, clerk, now=moment, address_key="mine")
        assert who(session, raw, now=moment)

    def test_many_addresses_make_a_name_wait_a_minute_at_most(
        self, session, clerk, later
    ):
        for number in range(104):
            last = later(seconds=30 * number)
            with suppress(TooMany):
                enter(session, clerk, "wrong", now=last, address_key=f"guess-{number}")
        with pytest.raises(TooMany) as refusal:
            enter(session, clerk, now=last, address_key="new")
        assert refusal.value.retry_after_s <= 60
        assert who(
            session,
            enter(session, clerk, now=last + timedelta(minutes=1), address_key="new"),
            now=last + timedelta(minutes=1),
        )

    def test_where_they_got_in_last_nobody_else_makes_them_wait(self, session, clerk):
        rules = StaffRules(name_failures=3)
        at_home = {"address_key": "home", "rules": rules}
        enter(session, clerk, **at_home)
        for number in range(3):
            enter(session, clerk, "wrong", address_key=f"away-{number}", rules=rules)
        with pytest.raises(TooMany):
            enter(session, clerk, address_key="new", rules=rules)
        assert who(session, enter(session, clerk, **at_home))

    def test_ordinary_mistakes_of_a_hall_never_add_up(self, session, clerk, later):
        """Forty a day at one address, for a week."""
        for number in range(7 * 40):
            moment = later(minutes=36 * number)
            name = f"colleague-{number % 20}"
            assert is_refused(
                enter(session, name, "wrong", now=moment, address_key="hall")
            )
            # The colleague gets it right the next time.
            proof = staff.Proof(name, clerk.id, is_right=True)
            staff.admit(session, proof, now=moment, address_key="hall")
            session.flush()


class TestProve:
    def test_guesses_side_by_side_count_one_by_one(self, session, clerk):
        """Ten passwords compared before the first failure is counted."""
        guesses = [
            staff.prove(session, clerk.username, f"guess-{n}", now=NOW)
            for n in range(9)
        ]
        right = staff.prove(session, clerk.username, PASSWORD, now=NOW)
        for guess in guesses[:5]:
            assert is_refused(staff.admit(session, guess, now=NOW))
        for late in (*guesses[5:], right):
            with pytest.raises(TooMany):
                staff.admit(session, late, now=NOW)

    def test_an_account_closed_in_between_stays_closed(self, session, clerk):
        proof = staff.prove(session, clerk.username, PASSWORD, now=NOW)
        clerk.active = False
        assert is_refused(staff.admit(session, proof, now=NOW))


class TestBySession:
    def test_half_an_hour_unused_ends_it(self, session, raw, later):
        assert who(session, raw, now=later(minutes=29, seconds=59))
        assert who(session, raw, now=later(minutes=30)) is None

    def test_use_keeps_it_open(self, session, raw, later):
        staff.touch(session, raw, now=later(minutes=29))
        assert who(session, raw, now=later(minutes=58))

    def test_use_does_not_wake_what_is_over(self, session, raw, later):
        staff.touch(session, raw, now=later(minutes=31))
        assert who(session, raw, now=later(minutes=31)) is None

    def test_twelve_hours_end_it_however_busy(self, session, raw, later):
        for minute in range(0, 12 * 60, 20):
            staff.touch(session, raw, now=later(minutes=minute))
        assert who(session, raw, now=later(hours=11, minutes=59))
        assert who(session, raw, now=later(hours=12)) is None

    def test_use_is_written_down_once_a_minute(self, session, raw, later):
        assert not staff.visit(session, raw, now=later(seconds=59)).touch_due
        assert staff.visit(session, raw, now=later(seconds=60)).touch_due
        staff.touch(session, raw, now=later(seconds=60))
        assert not staff.visit(session, raw, now=later(seconds=61)).touch_due

    def test_signing_out_ends_it(self, session, clerk, raw):
        other = enter(session, clerk)
        staff.sign_out(session, raw, now=NOW)
        staff.sign_out(session, raw, now=NOW)
        staff.sign_out(session, "unknown", now=NOW)
        session.flush()
        assert who(session, raw) is None
        assert who(session, other)

    @pytest.mark.parametrize("forged", ["", "x", "\x00", "我", "\ud800"])
    def test_nobody_else(self, session, raw, forged):
        assert who(session, forged) is None


class TestAuthority:
    """Read at each request: no session remembers what its owner used to be."""

    def test_a_role_given_now_counts_now(self, session, clerk, raw):
        admin = who(session, enter(session, make_staff(session, roles=(Role.ADMIN,))))
        staff.give_post(
            session, admin, clerk.username, Role.REVIEWER, clerk.office_id, now=NOW
        )
        assert who(session, raw).roles == {Role.CLERK, Role.REVIEWER}

    def test_the_last_role_taken_ends_the_session(self, session, clerk, raw):
        session.execute(
            update(StaffPost).where(StaffPost.staff_id == clerk.id).values(active=False)
        )
        assert who(session, raw) is None

    def test_an_account_closed_now_is_closed_now(self, session, clerk, raw):
        clerk.active = False
        session.flush()
        assert who(session, raw) is None

    def test_posts_elsewhere_lend_no_role_here(self, session, clerk, raw):
        office = make_office(session)
        session.add(
            StaffPost(staff_id=clerk.id, role=Role.SUPERVISOR, office_id=office.id)
        )
        session.flush()
        assert who(session, raw).roles == {Role.CLERK}

    def test_working_at_another_office(self, session, clerk, raw):
        office = make_office(session)
        session.add(
            StaffPost(staff_id=clerk.id, role=Role.SUPERVISOR, office_id=office.id)
        )
        staff.work_at(session, raw, office.id, now=NOW)
        session.flush()
        actor = who(session, raw)
        assert (actor.roles, actor.office_id) == ({Role.SUPERVISOR}, office.id)

    def test_not_without_a_post_there(self, session, raw):
        with pytest.raises(NotFound):
            staff.work_at(session, raw, make_office(session).id, now=NOW)

    def test_somebody_moved_begins_at_the_office_of_their_post(self, session):
        member = make_staff(session)
        elsewhere = make_office(session)
        session.execute(
            update(StaffPost)
            .where(StaffPost.staff_id == member.id)
            .values(office_id=elsewhere.id)
        )
        assert who(session, enter(session, member)).office_id == elsewhere.id


class TestSweep:
    def test_only_what_is_long_over_goes(self, session, clerk, raw):
        enter(session, "nobody", "wrong")  # counts for the name, here and anywhere
        assert staff.sweep(session, now=NOW + timedelta(hours=26)) == 2
        assert who(session, raw)
        at_home = 2
        enter(session, "nobody", "wrong")
        assert staff.sweep(session, now=NOW + timedelta(days=31)) == 2 + at_home + 1
