"""Which facts count, from all facts and all corrections, written as plainly as it can be."""

from collections.abc import Sequence

from ledgerboard_contracts import Correction, CorrectionKind, Fact, event_time


def counting(facts: Sequence[Fact], corrections: Sequence[Correction]) -> list[Fact]:
    """The facts of a board that are not voided, of nobody banned, accepted after every erasure and reset."""
    in_order = sorted(corrections, key=lambda each: each.correction_id)
    return [fact for fact in facts if _counts(fact, in_order)]


def _counts(fact: Fact, corrections: Sequence[Correction]) -> bool:
    banned: dict[str | None, bool] = {}
    for each in corrections:
        if each.kind is CorrectionKind.VOID and each.event_id == fact.event_id:
            return False
        covers = each.player in {None, fact.player} and event_time(fact.event_id) <= each.occurred_at
        if each.kind in {CorrectionKind.ERASE, CorrectionKind.RESET, CorrectionKind.DELETE} and covers:
            return False
        if each.kind is CorrectionKind.ERASE and each.player == fact.player:
            banned.clear()  # Whoever comes back is somebody new.
        if each.kind in {CorrectionKind.BAN, CorrectionKind.UNBAN} and each.player == fact.player:
            banned[each.board] = each.kind is CorrectionKind.BAN
    return not any(banned.values())
