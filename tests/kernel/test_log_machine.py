"""The log as a state machine: appends, clashes, retries and crashes in any order.

A crash here drops what was still queued at a random place and never delivers an answer; what it
left on disk is then compared with what was acknowledged and with what was asked for at all.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.kernel.ledger import TYPES, Given, give
from tingtang.kernel.audit import verify
from tingtang.kernel.database import Database
from tingtang.kernel.log import Answered, Append, Clash, EventLog, Key
from tingtang.schema import complete_metadata

STREAMS = ("hall/b1", "hall/b2", "booking/b1")
stream_names = st.sampled_from(STREAMS)


class LogMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        complete_metadata()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.sent = 0
        self.durable: dict[str, list[int]] = {name: [] for name in STREAMS}
        """What must be in each stream, in order."""
        self.unknown: dict[int, str] = {}
        """Amounts that were sent and never answered, with their streams."""
        self.open()
        self.database.create_tables()

    def open(self) -> None:
        self.database = Database(f"sqlite:///{self.folder / 'log.db'}")
        self.log = EventLog(self.database, TYPES)
        self.runner.run(self.start())

    async def start(self) -> None:
        self.database.create_tables()
        await self.log.start()

    def teardown(self) -> None:
        self.runner.run(self.log.stop())
        self.runner.close()
        self.database.close()
        shutil.rmtree(self.folder)

    def next(self, stream: str, expected: int | None = None) -> tuple[int, Append]:
        """An append of one event with an amount, and so a key, of its own."""
        self.sent += 1
        return self.sent, self.keyed(self.sent, stream, expected)

    @staticmethod
    def keyed(amount: int, stream: str, expected: int | None = None) -> Append:
        key = Key(f"k{amount}", stream)
        return give(stream, amount, expected=expected, key=key, answer=str(amount).encode())

    @rule(stream=stream_names)
    def append_as_expected(self, stream: str) -> None:
        amount, append = self.next(stream, expected=len(self.durable[stream]))
        self.runner.run(self.log.append(append))
        self.durable[stream].append(amount)

    @rule(names=st.lists(stream_names, min_size=1, max_size=8))
    def append_many_at_once(self, names: list[str]) -> None:
        sent = [(name, *self.next(name)) for name in names]

        async def together() -> None:
            await asyncio.gather(*(self.log.append(append) for _, _, append in sent))

        self.runner.run(together())
        for name, amount, _ in sent:
            self.durable[name].append(amount)

    @rule(stream=stream_names, off=st.sampled_from([-2, -1, 1, 5]))
    def clash(self, stream: str, off: int) -> None:
        _, append = self.next(stream, expected=len(self.durable[stream]) + off)
        try:
            self.runner.run(self.log.append(append))
        except Clash:
            return
        raise AssertionError("an append that expected another version was accepted")

    @precondition(lambda self: any(self.durable.values()))
    @rule(data=st.data())
    def retry_what_was_answered(self, data: st.DataObject) -> None:
        stream = data.draw(st.sampled_from([name for name in STREAMS if self.durable[name]]))
        amount = data.draw(st.sampled_from(self.durable[stream]))
        try:
            self.runner.run(self.log.append(self.keyed(amount, stream)))
        except Answered as first:
            assert first.body == str(amount).encode()
            return
        raise AssertionError("a retry took effect again")

    @precondition(lambda self: self.unknown)
    @rule()
    def retry_what_was_never_answered(self) -> None:
        for amount, stream in sorted(self.unknown.items()):
            try:
                self.runner.run(self.log.append(self.keyed(amount, stream)))
            except Answered as first:
                assert first.body == str(amount).encode()
            else:
                assert amount not in self.durable[stream]
                self.durable[stream].append(amount)
        self.unknown.clear()

    @rule(names=st.lists(stream_names, max_size=6), after=st.integers(0, 6))
    def crash(self, names: list[str], after: int) -> None:
        """Die with ``names`` under way, of which the writer still takes the first ``after``."""

        async def die() -> None:
            for i, name in enumerate(names):
                if i == after:
                    self.log._queue.put(None)
                amount, append = self.next(name)
                self.unknown[amount] = name
                self.log.submit(append)
            self.log._queue.put(None)
            assert self.log._thread is not None
            self.log._thread.join()

        self.runner.run(die())
        self.database.close()
        self.runner.close()  # with it the answers that were on their way
        self.runner = asyncio.Runner()
        self.open()
        for name in STREAMS:  # what survived of the unknown stands behind what was answered
            stored = self.stored(name)
            known = self.durable[name]
            assert stored[: len(known)] == known
            survived = stored[len(known) :]
            assert all(self.unknown.get(amount) == name for amount in survived)
            assert survived == sorted(survived)
            known += survived

    def stored(self, stream: str) -> list[int]:
        recorded = self.runner.run(self.log.read_stream(stream))
        assert [r.sequence for r in recorded] == list(range(1, len(recorded) + 1))
        return [r.event.amount for r in recorded if isinstance(r.event, Given)]

    @invariant()
    def every_stream_holds_what_it_must(self) -> None:
        assert {name: self.stored(name) for name in STREAMS} == self.durable

    @invariant()
    def the_log_is_whole(self) -> None:
        report = self.database.read_now(verify)
        assert report.ok, report.findings
        assert report.position == sum(len(amounts) for amounts in self.durable.values())


LogMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestLogMachine = LogMachine.TestCase
