"""One window for each login, across threads and restarts."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.window import Advice, Use
from syncd.errors import TryLater
from syncd.gateways.limiter import Limiter, Windows
from tests.gateways.parts import HandClock

PER = timedelta(seconds=10)


def made(clock: HandClock, *, requests: int = 2, file: Path | None = None) -> Limiter:
    return Limiter(requests=requests, per=PER, clock=clock, file=file)


def test_a_full_window_makes_wait() -> None:
    """The third of two waits until the first answer is a window old."""
    clock = HandClock()
    limiter = made(clock)
    for _ in range(2):
        limiter.answer(limiter.take(Use.READ))
    before = clock.seconds
    limiter.take(Use.READ)
    assert clock.seconds - before == pytest.approx(10.0, abs=0.1)


def test_what_was_sent_counts_after_a_restart(tmp_path: Path) -> None:
    """Even when the program was killed while a request was on its way."""
    clock, file = HandClock(), tmp_path / "rate.json"
    first = made(clock, file=file)
    first.answer(first.take(Use.READ))
    first.take(Use.SEND)
    clock.advance(timedelta(seconds=1))
    clock.seconds = 5.0  # the machine was started anew: this clock begins at its start
    before = clock.at
    made(clock, file=file).take(Use.READ)
    assert (clock.at - before).total_seconds() == pytest.approx(10.0, abs=0.2)


def test_what_was_on_its_way_when_the_program_was_killed_counts_from_the_next_start(tmp_path: Path) -> None:
    """The gateway may have counted it long after it left."""
    clock, file = HandClock(), tmp_path / "rate.json"
    killed = made(clock, requests=50, file=file)
    for _ in range(48):
        killed.take(Use.READ)
    clock.advance(timedelta(seconds=9.9))
    again = made(clock, requests=50, file=file)
    again.take(Use.READ)
    before = clock.seconds
    again.take(Use.READ)
    assert clock.seconds - before == pytest.approx(10.0, abs=0.1)


def test_a_machine_that_was_just_started_may_have_sent_before(tmp_path: Path) -> None:
    """A power cut takes the last stamps away: until it has been up for a window, that window is full."""
    clock, file = HandClock(), tmp_path / "rate.json"
    file.write_text("[]")
    clock.seconds = 4.0
    made(clock, requests=50, file=file).take(Use.SEND)
    assert clock.seconds == pytest.approx(10.0, abs=0.1)


def test_what_was_longer_is_written_over_in_place(tmp_path: Path) -> None:
    """The stamps of the last window alone are left, in the same file."""
    clock, file = HandClock(), tmp_path / "rate.json"
    limiter = made(clock, requests=50, file=file)
    for _ in range(50):
        limiter.answer(limiter.take(Use.READ))
    inode = file.stat().st_ino
    clock.advance(timedelta(seconds=11))
    limiter.take(Use.READ)
    assert len(json.loads(file.read_text())) == 1
    assert [path.stat().st_ino for path in tmp_path.iterdir()] == [inode]


def test_an_unreadable_file_counts_as_a_full_window(tmp_path: Path) -> None:
    """Rather late once than over the limit."""
    clock, file = HandClock(), tmp_path / "rate.json"
    file.write_text("[[")
    before = clock.seconds
    made(clock, file=file).take(Use.READ)
    assert clock.seconds - before == pytest.approx(10.0, abs=0.1)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The limit is kept in memory all the same."""
    made(HandClock(), file=tmp_path / "missing" / "rate.json").take(Use.READ)


def test_stopping_ends_the_wait() -> None:
    """Nothing was sent: later."""
    clock = HandClock()
    limiter = made(clock, requests=1)
    limiter.take(Use.READ)
    clock.is_stopping = True
    with pytest.raises(TryLater, match="stopping"):
        limiter.take(Use.READ)


def test_a_short_freeze_is_waited_out_and_a_long_one_is_told() -> None:
    """A thread does not hang for an hour because the gateway says so."""
    clock = HandClock()
    limiter = made(clock)
    limiter.freeze(timedelta(seconds=3))
    before = clock.seconds
    limiter.take(Use.SEND)
    assert clock.seconds - before == pytest.approx(3.0)
    limiter.freeze(timedelta(days=3650))
    with pytest.raises(TryLater) as caught:
        limiter.take(Use.SEND)
    assert caught.value.retry_after == timedelta(hours=1)


def test_many_threads_share_one_window() -> None:
    """None goes over the limit."""
    clock = HandClock()
    limiter = made(clock, requests=5)
    sent: list[float] = []

    def work(use: Use) -> None:
        for _ in range(10):
            slot = limiter.take(use)
            sent.append(clock.seconds)
            limiter.answer(slot)

    threads = [threading.Thread(target=work, args=(use,)) for use in (*Use, *Use)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    sent.sort()
    assert len(sent) == 40
    assert all(later - sooner >= 9.9 for sooner, later in zip(sent, sent[5:], strict=False))


def test_nothing_left_is_waited_out_within_a_window_and_told_beyond(tmp_path: Path) -> None:
    """Up to a window it is the normal pace of a busy account; an hour is a freeze."""
    clock = HandClock()
    limiter = made(clock)
    limiter.advise(Advice(limit=2, remaining=0, reset_s=9.0))
    before = clock.seconds
    limiter.take(Use.READ)
    assert clock.seconds - before == pytest.approx(9.0)
    limiter.advise(Advice(limit=2, remaining=0, reset_s=600.0))
    with pytest.raises(TryLater) as caught:
        limiter.take(Use.READ)
    assert caught.value.retry_after == timedelta(seconds=600)


def test_the_last_request_does_not_wait_and_is_counted() -> None:
    """At the end of the program."""
    clock = HandClock()
    limiter = made(clock, requests=1)
    before = clock.seconds
    limiter.answer(limiter.take_at_once(Use.READ))
    limiter.answer(limiter.take_at_once(Use.READ))
    assert clock.seconds == before
    limiter.take(Use.READ)
    assert clock.seconds - before == pytest.approx(10.0, abs=0.1)


def test_accounts_of_one_login_share_a_window(tmp_path: Path) -> None:
    """The lower of two limits counts; another login has its own."""
    windows = Windows(folder=tmp_path, clock=HandClock())
    one = windows.of(url="https://x/v1", login="a", requests=50, per=PER)
    assert windows.of(url="https://x/v1/", login="a", requests=1, per=PER) is one
    assert windows.of(url="https://x/v1", login="b", requests=50, per=PER) is not one
    one.answer(one.take(Use.READ))
    windows.close()
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(TryLater):
        _full(one)


def _full(limiter: Limiter) -> None:
    limiter.freeze(timedelta(hours=1))
    limiter.take(Use.READ)
