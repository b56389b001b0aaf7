import os
import subprocess
import sys

from notifications.pool import HEALTHY_S, Child, children


def child(code):
    return Child(
        "child", [sys.executable, "-I", "-S", "-c", f"raise SystemExit({code})"]
    )


def die(child, now):
    child.start(now)
    child.process.wait()


def test_who_dies_young_is_replaced_after_growing_pauses():
    broken = child(3)
    pauses = []
    for _ in range(9):
        die(broken, 100.0)
        broken.look(101.0)
        assert broken.process is None
        pauses.append(broken.start_at - 101.0)
    assert pauses[0] < 0.5
    assert pauses == sorted(pauses)
    assert pauses[-1] == 10.0


def test_who_has_lived_is_replaced_at_once():
    broken = child(3)
    die(broken, 100.0)
    broken.look(101.0)
    die(broken, 200.0)
    broken.look(200.0 + HEALTHY_S)
    assert broken.start_at == 200.0 + HEALTHY_S
    die(broken, 300.0)
    broken.look(301.0)
    assert broken.start_at - 301.0 < 0.5


def test_who_ended_in_good_order_is_replaced_at_once():
    done = child(0)
    die(done, 100.0)
    done.look(100.5)
    assert done.start_at == 100.5


def test_who_runs_is_left_alone():
    running = Child("child", [sys.executable, "-I", "-S", "-c", "input()"])
    running.look(1.0)
    assert running.process is None
    running.start(1.0)
    try:
        running.look(2.0)
        assert running.process is not None
    finally:
        running.process.kill()
        running.process.wait()


def test_a_pool_has_one_relay_or_none():
    names = [each.name for each in children(2, with_relay=True, max_jobs=5)]
    assert names == ["relay", "worker 1", "worker 2"]
    bare = children(1, with_relay=False, max_jobs=5)
    assert [each.name for each in bare] == ["worker 1"]
    assert bare[0].command[-4:] == ["--max-jobs", "5", "--parent", str(os.getpid())]


def test_who_has_lost_its_parent_already_does_not_begin():
    program = "from notifications.processes import end_with; end_with(1)"
    orphan = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert orphan.returncode == 1
    assert orphan.stderr == "the parent process is gone\n"
