"""The same with two owners at once, which chance alone seldom brings about: the end of a lease stops neither."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from ledgerboard_gateway.idempotency import Plan
from tests.contract.keyed_requests_machine import BODIES, KEYS, PLANS, KeyedRequestsMachine, Row, Try


class KeyedOwnersMachine(KeyedRequestsMachine):
    def _rivals(self) -> list[tuple[Row, Try, Try]]:
        """Requests without an answer, on which the first of two works on and the second holds the claim."""
        found = []
        for row in self.rows.values():
            at_work = [each for each in self.tries if not each.over and self._row(each) is row]
            former = [each for each in at_work if self.tries.index(each) != row.owner]
            if row.answer is None and row.leased and former and len(former) < len(at_work):
                found.append((row, former[0], self.tries[row.owner]))
        return found

    @rule(key=KEYS, body=BODIES)
    def take_over(self, key: str, body: bytes) -> None:
        self.ask(key, body)
        self.lapse()
        self.ask(key, body)

    @precondition(lambda self: self._rivals())
    @rule(data=st.data(), plan=PLANS, is_former_first=st.booleans())
    def both_answer(self, data: st.DataObject, plan: Plan, *, is_former_first: bool) -> None:
        row, former, owner = data.draw(st.sampled_from(self._rivals()), label="rivals")
        for each in (former, owner) if is_former_first else (owner, former):
            if each.claim.plan is None:
                self._settle(each, row.plan or plan)
            self._send(each)
            self._keep(each, is_secret=False)
        self.ask(former.key, row.body)

    @precondition(lambda self: self._rivals())
    @rule(data=st.data())
    def the_former_gives_up_and_somebody_asks(self, data: st.DataObject) -> None:
        row, former, _ = data.draw(st.sampled_from(self._rivals()), label="rivals")
        self._give_up(former)
        self.ask(former.key, row.body)
