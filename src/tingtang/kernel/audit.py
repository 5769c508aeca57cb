"""The audit of the log: recompute every hash chain and compare it with its witnesses.

Reads the events once, in the order of streams and sequences, a few at a time; memory does not grow
with the log. Each finding names exactly what is wrong and where.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.anchors import CHUNK, Anchor, Head, read_heads
from tingtang.kernel.log_commit import GENESIS, event_hash
from tingtang.kernel.text import Text

FINDINGS_MAX = 1000
"""Findings told one by one; more are only counted."""

Progress = Callable[[int], None]
"""Told how many more events were read."""


class Kind(StrEnum):
    """What can be wrong."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    GONE = "gone"
    HEAD = "head"
    REWRITTEN = "rewritten"
    GAP = "gap"
    SHORT = "short"


WORDS = {
    Kind.CHANGED: Text(
        "{stream} 第 {sequence} 个事件与写入时不同，或其前一事件连同哈希被改写",
        "{stream}: event {sequence} is not what was written, or the one before it was rewritten with its hash",
    ),
    Kind.REMOVED: Text(
        "{stream} 缺少第 {sequence} 至 {until} 个事件",
        "{stream}: events {sequence} to {until} were removed",
    ),
    Kind.REORDERED: Text(
        "{stream} 第 {sequence} 个事件的全局位置早于其前一事件，顺序被调换",
        "{stream}: event {sequence} stands at an earlier position than the one before it: reordered",
    ),
    Kind.TRUNCATED: Text(
        "{stream} 第 {sequence} 至 {until} 个事件被截断（依据：{witness}）",
        "{stream}: events {sequence} to {until} were cut off (witness: {witness})",
    ),
    Kind.GONE: Text(
        "{stream} 的全部 {until} 个事件已不存在（依据：{witness}）",
        "{stream}: the whole stream of {until} events is gone (witness: {witness})",
    ),
    Kind.HEAD: Text(
        "{stream} 的流头记录与第 {sequence} 个事件不符",
        "{stream}: the table of heads does not fit its last event {sequence}",
    ),
    Kind.REWRITTEN: Text(
        "{stream} 第 {sequence} 个或更早的事件连同其后的哈希被改写（依据：{witness}）",
        "{stream}: event {sequence} or one before it was rewritten with all hashes after it (witness: {witness})",
    ),
    Kind.GAP: Text(
        "全局位置 {sequence} 至 {until} 的事件已不存在",
        "the events at positions {sequence} to {until} of the log were removed",
    ),
    Kind.SHORT: Text(
        "日志止于位置 {sequence}，早于锚点的位置 {until}（依据：{witness}）",
        "the log ends at position {sequence}, before position {until} (witness: {witness})",
    ),
}


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong. ``sequence`` to ``until`` are the events (or positions) concerned."""

    kind: Kind
    stream: str = ""
    sequence: int = 0
    until: int = 0
    witness: str = ""

    def in_language(self, language: str) -> str:
        """The finding in words."""
        return WORDS[self.kind].in_language(language).format(**msgspec.structs.asdict(self))


class Report(msgspec.Struct):
    """What an audit came to."""

    events: int = 0
    streams: int = 0
    position: int = 0
    findings: list[Finding] = []
    more_findings: int = 0

    @property
    def ok(self) -> bool:
        return not self.findings

    def add(self, finding: Finding) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)
        else:
            self.more_findings += 1


def count_events(connection: sa.Connection) -> int:
    """How many events an audit will read."""
    return connection.scalar(sa.select(sa.func.count()).select_from(t.events)) or 0


def verify(
    connection: sa.Connection,
    anchors: Sequence[Anchor] = (),
    progress: Progress = lambda _: None,
) -> Report:
    """Audit the log as one transaction of ``connection`` sees it."""
    report = Report()
    report.position = connection.scalar(sa.select(sa.func.max(t.events.c.position))) or 0
    witnesses = [_Witness("streams", read_heads(connection), is_now=True)]
    for anchor in anchors:
        witnesses.append(_Witness(anchor.path.name, anchor.heads(), is_now=False))
        if anchor.title.position > report.position:
            report.add(
                Finding(
                    Kind.SHORT,
                    sequence=report.position,
                    until=anchor.title.position,
                    witness=anchor.path.name,
                )
            )
    for stream, rows in itertools.groupby(_events(connection), key=lambda row: row["stream"]):
        report.streams += 1
        heads = [(witness, witness.head_of(stream, report)) for witness in witnesses]
        for finding in _check_stream(stream, rows, heads, report, progress):
            report.add(finding)
    for witness in witnesses:
        witness.head_of(None, report)
    for first, last in _position_gaps(connection):
        report.add(Finding(Kind.GAP, sequence=first, until=last))
    return report


class _Witness:
    """A sorted list of heads to compare with: the table ``streams``, or an anchor."""

    def __init__(self, name: str, heads: Iterator[Head], *, is_now: bool) -> None:
        self.name = name
        self.is_now = is_now
        """True if the heads are the present ones, False if streams may have grown since."""
        self._heads = heads
        self._next = next(heads, None)

    def head_of(self, stream: str | None, report: Report) -> Head | None:
        """The head of ``stream``, which comes after all those asked for before; None asks for the
        end. Streams that were passed over have no event left, which is reported.
        """
        while self._next is not None and (stream is None or self._next.stream < stream):
            gone = self._next
            report.add(Finding(Kind.GONE, gone.stream, 1, gone.sequence, self.name))
            self._next = next(self._heads, None)
        if self._next is None or self._next.stream != stream:
            return None
        head, self._next = self._next, next(self._heads, None)
        return head


def _check_stream(
    stream: str,
    rows: Iterator[Mapping[str, Any]],
    heads: Sequence[tuple[_Witness, Head | None]],
    report: Report,
    progress: Progress,
) -> Iterator[Finding]:
    sequence, position, previous = 0, 0, GENESIS
    anchored: dict[int, list[tuple[_Witness, Head]]] = {}
    for witness, head in heads:
        if head is not None and not witness.is_now:
            anchored.setdefault(head.sequence, []).append((witness, head))
    for row in rows:
        found, stored = row["sequence"], bytes(row["hash"])
        report.events += 1
        if report.events % CHUNK == 0:
            progress(CHUNK)
        if found != sequence + 1:  # what the missing ones said can no longer be known
            yield Finding(Kind.REMOVED, stream, sequence + 1, found - 1)
        elif event_hash(previous, row) != stored:
            yield Finding(Kind.CHANGED, stream, found, found)
        if row["position"] <= position:
            yield Finding(Kind.REORDERED, stream, found, found)
        for witness, known in anchored.get(found, ()):
            if known.hash != stored:
                yield Finding(Kind.REWRITTEN, stream, found, found, witness.name)
        sequence, position, previous = found, row["position"], stored
    for witness, head in heads:
        if head is not None and head.sequence > sequence:
            yield Finding(Kind.TRUNCATED, stream, sequence + 1, head.sequence, witness.name)
        elif witness.is_now and (
            head is None or (head.sequence, head.hash) != (sequence, previous)
        ):
            yield Finding(Kind.HEAD, stream, sequence, sequence, witness.name)


def _events(connection: sa.Connection) -> Iterator[Mapping[str, Any]]:
    query = sa.select(t.events).order_by(t.events.c.stream, t.events.c.sequence)
    rows = connection.execution_options(stream_results=True, yield_per=CHUNK).execute(query)
    return cast("Iterator[Mapping[str, Any]]", iter(rows.mappings()))


def _position_gaps(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    """Positions that no event stands at: a writer leaves none."""
    before = sa.func.lag(t.events.c.position, 1, 0).over(order_by=t.events.c.position)
    steps = sa.select(t.events.c.position, before.label("before")).subquery()
    query = sa.select(steps.c.before + 1, steps.c.position - 1).where(
        steps.c.position > steps.c.before + 1
    )
    return ((first, last) for first, last in connection.execute(query.order_by(steps.c.position)))
