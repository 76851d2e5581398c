"""No two runs of a job overlap, and no wish for one is lost."""

from __future__ import annotations

import threading

from syncd.daemon.turn import Turn


def test_one_thread_has_the_turn() -> None:
    """Until it gives it back."""
    turn = Turn()
    assert turn.begin()
    assert not turn.begin()
    assert not turn.end()
    assert turn.begin()


def test_a_wish_while_nobody_runs_is_for_the_asker_to_plan() -> None:
    """Each time."""
    turn = Turn()
    assert turn.ask()
    assert turn.ask()


def test_a_wish_during_a_run_is_told_at_its_end() -> None:
    """Once; the next run starts with none."""
    turn = Turn()
    turn.begin()
    turn.listen()
    assert not turn.ask()
    assert turn.end()
    turn.begin()
    turn.listen()
    assert not turn.end()


def test_a_wish_from_before_the_work_is_done_by_it() -> None:
    """While the run still waits for the lock of its account."""
    turn = Turn()
    turn.begin()
    assert not turn.ring()
    turn.listen()
    assert not turn.end()


def test_ten_thousand_bells_plan_one_run() -> None:
    """The bell rings for each file that is moved in."""
    turn = Turn()
    assert [turn.ring() for _ in range(10_000)].count(True) == 1
    turn.begin()
    turn.listen()
    assert [turn.ring() for _ in range(10_000)].count(True) == 0
    assert turn.end()


def test_a_bell_that_met_a_pause_is_heard_by_the_next_run_that_may() -> None:
    """A paused job takes its turn and gives it back without listening; that does not spin."""
    turn = Turn()
    turn.ring()
    turn.begin()
    assert not turn.ring()
    assert not turn.end()
    turn.begin()
    turn.listen()
    turn.end()
    assert turn.ring()


def test_every_ring_is_followed_by_a_run_that_began_to_work_after_it() -> None:
    """Whatever the threads' order: the bell's thread rings, the pool's thread runs whenever it is planned."""
    turn, planned, over = Turn(), threading.Semaphore(0), threading.Event()
    rung, seen = [0], [0]

    def work() -> None:
        while not over.is_set() or planned.acquire(blocking=False):
            if planned.acquire(timeout=0.01) and turn.begin():
                turn.listen()
                seen[0] = rung[0]
                if turn.end():
                    planned.release()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 3001):
        rung[0] = number
        if turn.ring():
            planned.release()
    over.set()
    for thread in threads:
        thread.join(10)
    assert seen[0] == 3000
