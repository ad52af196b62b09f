"""However readers, answers, announcements and losses interleave, nobody gets what was known to be old."""

import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerboard_testkit.polling import eventually
from tests.unit.boards.hot_tops import CHESS, Happening, Scene


class Gate:
    """Holds the first answer back until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.open.wait(10)


def waiting(scene: Scene, gate: Gate, *, readers: int, meanwhile: Happening = lambda: None) -> list[int]:
    """What readers get who come while an answer is on its way, after something happened."""
    scene.server.meanwhile = gate
    with ThreadPoolExecutor(readers + 1) as pool:
        first = pool.submit(scene.read)
        assert gate.reached.wait(10)
        meanwhile()
        others = [pool.submit(scene.read) for _ in range(readers)]
        eventually(lambda: all(other.running() for other in others), what="readers that all have begun")
        gate.open.set()
        return [first.result(), *(other.result() for other in others)]


def test_two_hundred_cold_readers_make_one_call() -> None:
    scene = Scene()
    assert waiting(scene, Gate(), readers=200) == [0] * 201
    assert scene.server.calls == 1


def test_who_comes_after_an_announcement_does_not_get_the_answer_that_left_before_it() -> None:
    scene = Scene()
    first, *others = waiting(scene, Gate(), readers=20, meanwhile=scene.change_and_announce)
    assert first == 0
    assert others == [1] * 20
    assert scene.server.calls == 2


def test_without_announcements_who_comes_later_does_not_get_an_earlier_answer() -> None:
    scene = Scene(listening=False)
    first, *others = waiting(scene, Gate(), readers=20, meanwhile=scene.change)
    assert (first, others) == (0, [1] * 20)


steps = st.lists(
    st.sampled_from(["change", "announce", "read", "slow read", "lose", "connect", "wait", "wait long"]), max_size=40
)


@settings(max_examples=300, deadline=None)
@given(before=steps, during=steps)
def test_no_interleaving_serves_what_was_known_to_be_old(before: list[str], during: list[str]) -> None:
    scene = Scene()
    known = [0]

    def announce() -> None:
        scene.announce()
        known[0] = max(known[0], scene.server.versions.get(CHESS, 0))

    def read() -> None:
        least = known[0]
        assert scene.read() >= least

    def wait(seconds: float) -> None:
        scene.time.now += seconds

    def slow_read() -> None:
        scene.server.meanwhile = lambda: run([step for step in during if "read" not in step])
        read()
        scene.server.meanwhile = lambda: None

    actions: dict[str, Happening] = {
        "change": scene.change,
        "announce": announce,
        "read": read,
        "slow read": slow_read,
        "lose": scene.hot.lost,
        "connect": scene.hot.connected,
        "wait": lambda: wait(0.05),
        "wait long": lambda: wait(2),
    }

    def run(steps: list[str]) -> None:
        for step in steps:
            actions[step]()

    run(before)
    scene.hot.connected()
    announce()
    assert scene.read() == scene.server.versions.get(CHESS, 0)
