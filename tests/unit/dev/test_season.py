"""The season's own arithmetic: names, curves, and the fold that the audit believes."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import check_player
from ledgerboard_dev.season.audit import Finding, fold
from ledgerboard_dev.season.names import names
from ledgerboard_dev.season.players import GAMES, Player

START = datetime(2026, 11, 21, tzinfo=UTC)


def play(player: str, score: int, second: int) -> dict[str, Any]:
    return {"player": player, "score": score, "occurred_at": (START + timedelta(seconds=second)).isoformat()}


plays = st.lists(
    st.builds(play, st.sampled_from(["Ann", "Ben", "Cid", "Éva"]), st.integers(-3, 3), st.integers(0, 5)), max_size=12
)


@given(plays, st.randoms(), st.sampled_from(["asc", "desc"]))
def test_the_fold_does_not_depend_on_order_or_repetition(
    history: list[dict[str, Any]], random: Random, order: str
) -> None:
    shuffled = [*history, *history[::2]]
    random.shuffle(shuffled)
    assert fold(order, shuffled) == fold(order, history)


@given(plays)
def test_the_fold_ranks_every_player_once_by_their_best_play(history: list[dict[str, Any]]) -> None:
    places = fold("desc", history)
    assert [rank for rank, *_ in places] == list(range(len(places)))
    best = {each["player"]: max(e["score"] for e in history if e["player"] == each["player"]) for each in history}
    assert {player: score for _, player, score, _ in places} == best


def test_on_equal_scores_the_earlier_stands_first_and_then_the_smaller_name() -> None:
    history = [play("Ben", 5, 1), play("Ann", 5, 1), play("Cid", 5, 0), play("Cid", 5, 3)]
    assert [player for _, player, _, _ in fold("desc", history)] == ["Cid", "Ann", "Ben"]


def test_the_smaller_score_stands_first_on_an_ascending_board() -> None:
    assert [player for _, player, _, _ in fold("asc", [play("Ann", 9, 0), play("Ben", 8, 1)])] == ["Ben", "Ann"]


def test_a_time_on_the_full_second_is_earlier_than_a_fraction_after_it() -> None:
    history = [{**play("Ann", 5, 0), "occurred_at": "2026-11-21T00:00:00.000001Z"}, play("Ben", 5, 0)]
    history[1]["occurred_at"] = "2026-11-21T00:00:00Z"
    assert [player for _, player, _, _ in fold("desc", history)] == ["Ben", "Ann"]


def test_a_finding_is_exact_only_if_nothing_at_all_is_wrong() -> None:
    sound = {"accepted": 1, "missing": 0, "doubled": 0, "plays": 1, "boards": 1, "unequal": ()}
    wrong: list[dict[str, Any]] = [{"missing": 1}, {"doubled": 1}, {"unequal": ("b",)}]
    assert Finding(**sound).exact  # type: ignore[arg-type]  # One mapping for fields of three types.
    assert not any(Finding(**{**sound, **error}).exact for error in wrong)


def test_names_are_all_different_and_fit_the_contract() -> None:
    found = names(900, Random(1))  # noqa: S311 -- no secret
    assert len(set(found)) == 900
    assert [check_player(name) for name in found] == found


def test_players_learn_on_boards_of_either_direction() -> None:
    random = Random(7)  # noqa: S311 -- no secret
    for game in GAMES:
        player = Player(name="Ann", talent=0, gain=1.5, plays_to_learn=5, luck=0.1, eagerness=1)
        scores = [player.play(game, random) for _ in range(40)]
        early, late = sum(scores[:5]), sum(scores[-5:])
        assert (late > early) if game.order == "desc" else (late < early)
        assert min(scores) > 0
