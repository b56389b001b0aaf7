"""Two at once: on PostgreSQL really, on SQLite one after the other by its lock."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.cases import queries, sealing, service
from app.cases.changes import ChangedMeanwhile
from app.cases.drafts import MAX_DRAFTS, NotEditable, TooManyDrafts
from app.cases.idempotency import begin, finish
from app.cases.models import Case, CaseFile, CaseSource, CaseStep
from app.cases.workflow import Action, State
from app.kernel.db import Base, Database
from app.kernel.errors import Conflict
from app.kernel.outbox import OutboxEntry
from tests.builders.cases import (
    ANSWERS,
    LOCAL,
    make_citizen,
    make_draft,
    make_file,
    make_guide,
    make_staff,
    make_world,
    publish,
)
from tests.conftest import NOW

TAPS = 12


class Killed(BaseException):
    """Stands for a process that ends between two statements."""


@pytest.fixture(scope="module")
def database(fresh_database, keyring):
    """A database in which commits are commits."""
    database = Database.connect(fresh_database(), keyring)
    Base.metadata.create_all(database.engine)
    yield database
    database.engine.dispose()


@pytest.fixture
def world(database):
    with database.transaction() as session:
        return make_world(session)


@pytest.fixture
def draft(database, world):
    with database.transaction() as session:
        return make_draft(session, world)


def at_once(work, count=TAPS):
    """Run something in several threads that start together."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        except Conflict as lost:
            return lost

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def submit(session, world, token):
    return service.submit(
        session,
        world.citizen,
        token,
        snapshot=world.snapshot,
        local=LOCAL,
        now=NOW,
    )


def count(database, rows):
    with database.reading() as session:
        return len(session.scalars(rows).all())


def steps_of(case):
    return select(CaseStep).where(CaseStep.case_id == case.id)


def events_of(database, case):
    with database.reading() as session:
        return [
            entry.type
            for entry in session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
            if entry.payload["case_id"] == case.id
        ]


class TestDoubleTap:
    def test_many_taps_make_one_case_and_get_one_receipt(self, database, world, draft):
        def tap(_):
            with database.transaction() as session:
                return submit(session, world, draft.token)

        receipts = at_once(tap)
        assert len(set(receipts)) == 1
        assert count(database, steps_of(draft)) == 1
        assert events_of(database, draft) == ["cases.submitted.v1"]

    @pytest.mark.postgres
    def test_different_cases_get_different_numbers(self, database, world):
        tokens = []
        with database.transaction() as session:
            for _ in range(TAPS):
                world.citizen = make_citizen(session)
                tokens.append((world.citizen, make_draft(session, world).token))

        def hand_in(number):
            citizen, token = tokens[number]
            with database.transaction() as session:
                return service.submit(
                    session,
                    citizen,
                    token,
                    snapshot=world.snapshot,
                    local=LOCAL,
                    now=NOW,
                )

        receipts = at_once(hand_in)
        serials = sorted(int(each.reference[14:20]) for each in receipts)
        assert serials == list(range(serials[0], serials[0] + TAPS))
        assert len({each.lookup_code for each in receipts}) == TAPS

    def test_a_kill_before_the_commit_leaves_the_draft(self, database, world, draft):
        def killed():
            with database.transaction() as session:
                submit(session, world, draft.token)
                session.flush()
                raise Killed

        with pytest.raises(Killed):
            killed()
        with database.reading() as session:
            case = queries.get(session, world.citizen, draft.token)
            assert case.state is State.DRAFT
            assert sealing.answers_of(session, case)["name"] == "张秀兰"
        assert events_of(database, draft) == []

    def test_a_kill_after_the_commit_loses_only_the_answer(
        self, database, world, draft
    ):
        def answer():
            with database.transaction() as session:
                return submit(session, world, draft.token)

        lost = answer()
        assert answer() == lost
        assert count(database, steps_of(draft)) == 1


class TestDraftsAtOnce:
    def begin(self, session, world, matter=None):
        return service.open_draft(
            session,
            world.citizen,
            snapshot=world.snapshot,
            matter=matter or world.matter,
            place_code=None,
            source=CaseSource.SCAN,
            now=NOW,
        ).token

    def drafts_of(self, world):
        return select(Case).where(Case.citizen_id == world.citizen.id)

    def test_many_taps_begin_one_draft(self, database, world):
        def tap(_):
            with database.transaction() as session:
                return self.begin(session, world)

        assert len(set(at_once(tap))) == 1
        assert count(database, self.drafts_of(world)) == 1

    def test_nobody_hoards_by_being_quick(self, database, world):
        with database.transaction() as session:
            guides = [make_guide(world.office) for _ in range(MAX_DRAFTS - 1 + TAPS)]
            world.snapshot = publish(session, *guides)
            matters = [world.snapshot.matters[each.code] for each in guides]
            for matter in matters[TAPS:]:
                self.begin(session, world, matter)

        def tap(number):
            with database.transaction() as session:
                try:
                    return self.begin(session, world, matters[number])
                except TooManyDrafts:
                    return None

        assert sum(each is not None for each in at_once(tap)) == 1
        assert count(database, self.drafts_of(world)) == MAX_DRAFTS


class TestIdempotencyKeys:
    def test_fifty_equal_posts_are_one(self, database, world, draft):
        """Threat T19: one case, and the same answer for each of fifty."""
        request = {
            "owner": f"citizen:{world.citizen.id}",
            "key": f"key-of-{draft.token}",
            "route": "POST /cases/{reference}/steps",
            "body": b"{}",
            "now": NOW,
        }
        worked = []

        def post(_):
            with database.transaction() as session:
                if earlier := begin(session, **request):
                    return json.dumps([earlier.status, earlier.body])
                receipt = submit(session, world, draft.token)
                worked.append(receipt)
                body = {"reference": receipt.reference, "code": receipt.lookup_code}
                finish(
                    session,
                    owner=request["owner"],
                    key=request["key"],
                    status=201,
                    body=body,
                )
            return json.dumps([201, body])

        answers = at_once(post, 50)
        assert len(set(answers)) == 1
        assert len(worked) == 1
        assert count(database, steps_of(draft)) == 1


class TestTwoAtOneCase:
    def test_one_clerk_is_faster_and_the_others_are_told(self, database, world, draft):
        with database.transaction() as session:
            submit(session, world, draft.token)
            clerks = [
                make_staff(session, world.office, *world.clerk.roles, name=f"同事{n}")
                for n in range(6)
            ]
        with database.reading() as session:
            seen = queries.get(session, world.clerk, draft.token).version

        def act(number):
            with database.transaction() as session:
                service.take_step(
                    session,
                    clerks[number],
                    draft.token,
                    (Action.ACCEPT, Action.START_PRE_REVIEW)[number % 2],
                    seen_version=seen,
                    local=LOCAL,
                    now=NOW,
                )
            return clerks[number].name

        answers = at_once(act, 6)
        winners = [each for each in answers if isinstance(each, str)]
        losers = [each for each in answers if isinstance(each, ChangedMeanwhile)]
        assert (len(winners), len(losers)) == (1, 5)
        assert all(each.facts["changed_by"] == winners[0] for each in losers)
        assert len(events_of(database, draft)) == 2

    def test_no_autosave_is_lost_without_being_told(self, database, world, draft):
        """Versions accepted are versions stored."""
        with database.reading() as session:
            seen = queries.get(session, world.citizen, draft.token).version

        def save(number):
            with database.transaction() as session:
                return service.save_draft(
                    session,
                    world.citizen,
                    draft.token,
                    ANSWERS | {"name": f"张{number}"},
                    seen_version=seen,
                    now=NOW,
                ).version, number

        answers = at_once(save)
        saved = [each for each in answers if isinstance(each, tuple)]
        assert len(saved) == 1
        with database.reading() as session:
            case = queries.get(session, world.citizen, draft.token)
            assert case.version == saved[0][0]
            assert sealing.answers_of(session, case)["name"] == f"张{saved[0][1]}"

    @pytest.mark.postgres
    def test_nothing_slips_in_after_the_submission(self, database, world, draft):
        with database.transaction() as session:
            uploads = [make_file(session, world.citizen) for _ in range(TAPS)]

        def act(number):
            with database.transaction() as session:
                if number == TAPS // 2:
                    return submit(session, world, draft.token)
                try:
                    service.put_material(
                        session,
                        world.citizen,
                        draft.token,
                        "letter",
                        uploads[number],
                        now=NOW,
                    )
                except NotEditable:
                    return "too late"
                return "given"

        at_once(act)
        with database.reading() as session:
            files = session.scalars(
                select(CaseFile).where(CaseFile.case_id == draft.id)
            ).all()
            assert all(each.filed_at == NOW for each in files)

    @pytest.mark.postgres
    def test_a_case_is_claimed_by_one(self, database, world, draft):
        with database.transaction() as session:
            submit(session, world, draft.token)
            clerks = [
                make_staff(session, world.office, *world.clerk.roles) for _ in range(6)
            ]
        with database.reading() as session:
            seen = queries.get(session, world.clerk, draft.token).version

        def take(number):
            with database.transaction() as session:
                service.claim(
                    session, clerks[number], draft.token, seen_version=seen, now=NOW
                )
            return clerks[number].id

        winners = [each for each in at_once(take, 6) if isinstance(each, int)]
        assert len(winners) == 1
        with database.reading() as session:
            kept = session.scalars(select(Case).where(Case.id == draft.id)).one()
            assert [kept.assignee_id] == winners
