"""Whoever watches hears of every fold, before or after it knows which one it waits for."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from ledgerboard_gateway import folds as module
from ledgerboard_gateway.folds import Folds
from ledgerboard_testkit.polling import eventually

SOON = 5.0


def test_what_was_told_before_the_wait_is_remembered_for_a_watcher() -> None:
    folds, envelope_id = Folds(), uuid4()
    with folds.watching():
        folds.folded(envelope_id)
        assert folds.wait(envelope_id, 0)
        assert not folds.wait(uuid4(), 0)


def test_all_who_wait_for_one_envelope_are_woken_and_no_others() -> None:
    folds, mine, other = Folds(), uuid4(), uuid4()
    with folds.watching(), ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(folds.wait, mine, SOON) for _ in range(3)]
        left_out = pool.submit(folds.wait, other, 0.05)
        eventually(lambda: all(each.running() or each.done() for each in (*waiting, left_out)), what="the waiters")
        folds.folded(mine)
        assert [each.result() for each in waiting] == [True] * 3
        assert not left_out.result()


def test_nothing_is_remembered_without_a_watcher_nor_beyond_the_last_one() -> None:
    folds, envelope_id = Folds(), uuid4()
    folds.folded(envelope_id)
    with folds.watching():
        assert not folds.wait(envelope_id, 0)
        with folds.watching():
            folds.folded(envelope_id)
        assert folds.wait(envelope_id, 0), "another one still watches"
    with folds.watching():
        assert not folds.wait(envelope_id, 0)


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first() -> None:
    folds, first = Folds(), uuid4()
    with folds.watching():
        folds.folded(first)
        for _ in range(module.REMEMBERED - 1):
            folds.folded(uuid4())
        assert folds.wait(first, 0)
        folds.folded(uuid4())
        assert not folds.wait(first, 0)


def test_it_listens_between_connection_and_loss() -> None:
    folds = Folds()
    heard = [folds.is_listening]
    for step in (folds.connected, folds.lost):
        step()
        heard.append(folds.is_listening)
    assert heard == [False, True, False]
