"""The reference bank's own SQLite file: records, entries, totals, and every trade by its trace.

One connection in one thread writes and reads; several trades may share one transaction.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tingtang.bank.port import Agent, Booking
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import NUMBERED, Key, Ledger, Line, Total, Work, images
from tingtang.bank.reference.model.looks import Posted
from tingtang.kernel.errors import Trouble

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, trace TEXT NOT NULL, date TEXT NOT NULL, ledger TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL, summary TEXT NOT NULL,
    number INTEGER, balance INTEGER
);
CREATE INDEX IF NOT EXISTS entries_of_ledger ON entries (ledger, number);
CREATE INDEX IF NOT EXISTS entries_of_trace ON entries (trace);
CREATE TABLE IF NOT EXISTS totals (
    date TEXT NOT NULL, scope TEXT NOT NULL, what TEXT NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (date, scope, what)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trades (
    trace TEXT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL,
    answer BLOB NOT NULL, body BLOB NOT NULL, undo BLOB, date TEXT NOT NULL, at_ms INTEGER NOT NULL,
    branch TEXT NOT NULL, terminal TEXT NOT NULL, operator TEXT NOT NULL, original TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS agents (trace TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
"""


class BankFileTrouble(Trouble):
    """The bank's file cannot be used."""


class Traded(msgspec.Struct, frozen=True, kw_only=True):
    """A trade as it is kept under its trace."""

    trace: str
    name: str
    digest: str
    """Of what was asked for: another body under the same trace is another trade."""
    state: str
    """``done``, ``declined``, ``reversed``"""
    answer: dict[str, Any]
    body: dict[str, Any] = {}
    """What was asked for, without PIN blocks."""
    date: str = ""
    at_ms: int = 0
    original: str = ""
    """Of a reversal: the trace that it took back."""


class Undo(msgspec.Struct, frozen=True):
    """What a reversal must know: records before and after, and day totals."""

    records: list[tuple[str, str, bytes | None, bytes | None]]
    totals: list[tuple[str, str, int]]


class Store:
    """The file, with the ledger that was read from it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2.0)
        try:
            # Exclusive: two banks on one file would each believe in books of their own.
            for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(SCHEMA)
        except sqlite3.Error as error:
            self._db.close()
            raise BankFileTrouble(
                f"参考银行的数据文件无法使用：{path}（{error}）",
                f"the reference bank's file cannot be used: {path} ({error})",
            ) from None
        self.ledger = self._load()

    def close(self) -> None:
        self._db.close()

    def _load(self) -> Ledger:
        ledger = Ledger()
        for kind, id_, body in self._db.execute("SELECT kind, id, body FROM records"):
            ledger.keep((kind, id_), msgspec.json.decode(body, type=r.KINDS[kind]))
        sums = "SELECT ledger, currency, SUM(amount), COUNT(*) FROM entries GROUP BY 1, 2"
        for name, currency, amount, count in self._db.execute(sums):
            ledger.balances[name, currency] = amount
            if name.startswith(NUMBERED):
                ledger.counts[name] += count
        if ledger.records[r.Terms.__name__]:
            today = "SELECT scope, what, amount FROM totals WHERE date = ?"
            for scope, what, amount in self._db.execute(today, (ledger.today,)):
                ledger.totals[ledger.today, Total(scope, what)] = amount
        return ledger

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside holds, or nothing: then the ledger is read anew."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self.ledger = self._load()
            raise

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """One of several things in a transaction: where it fails, it alone is undone."""
        self._db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO attempt")
            self._db.execute("RELEASE attempt")
            self.ledger = self._load()
            raise
        self._db.execute("RELEASE attempt")

    # -- writing --------------------------------------------------------------------------------

    def write(self, work: Work, traded: Traded, booking: Booking, *, can_undo: bool = True) -> None:
        """Write a trade's work down and let the ledger take it in."""
        undo = _undo(work) if can_undo else None
        for (kind, id_), record in work.changed.items():
            self._keep(kind, id_, record)
        running: dict[str, list[int]] = {}
        for line in work.lines:
            number = balance = None
            if line.ledger.startswith(NUMBERED):
                count, signed = running.get(line.ledger) or [
                    self.ledger.counts.get(line.ledger, 0),
                    self.ledger.balances.get((line.ledger, line.currency), 0),
                ]
                running[line.ledger] = [count + 1, signed + line.amount]
                number, balance = count + 1, -(signed + line.amount)
            self._db.execute(
                "INSERT INTO entries (trace, date, ledger, currency, amount, summary, number,"
                " balance) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (booking.trace, work.date, *_stored(line), number, balance),
            )
        for (scope, what), amount in work.totals.items():
            self._db.execute(
                "INSERT INTO totals VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET amount = amount + excluded.amount",
                (work.date, scope, what, amount),
            )
        self._put(traded, booking, undo)
        self.ledger.take(work)

    def _keep(self, kind: str, id_: str, record: r.Record | None) -> None:
        if record is None:
            self._db.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, id_))
            return
        self._db.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?)",
            (kind, id_, msgspec.json.encode(record)),
        )

    def _put(self, traded: Traded, booking: Booking, undo: bytes | None) -> None:
        encode = msgspec.json.encode
        self._db.execute(
            "INSERT INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                traded.trace, traded.name, traded.digest, traded.state, encode(traded.answer),
                encode(traded.body), undo, traded.date, traded.at_ms, booking.branch,
                booking.terminal, booking.operator, traded.original,
            ),
        )  # fmt: skip
        if booking.agent is not None:
            self._db.execute(
                "INSERT INTO agents VALUES (?, ?)", (traded.trace, encode(booking.agent))
            )

    def agent_of(self, trace: str) -> Agent | None:
        """Who did a trade in the place of its customer; None where they came themselves."""
        row = self._db.execute("SELECT body FROM agents WHERE trace = ?", (trace,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Agent)

    def mark_reversed(self, trace: str) -> None:
        self._db.execute("UPDATE trades SET state = 'reversed' WHERE trace = ?", (trace,))

    # -- reading --------------------------------------------------------------------------------

    def find(self, trace: str) -> Traded | None:
        row = self._db.execute(
            "SELECT name, digest, state, answer, date, at_ms, original FROM trades WHERE trace = ?",
            (trace,),
        ).fetchone()
        if row is None:
            return None
        name, digest, state, answer, date, at_ms, original = row
        return Traded(
            trace=trace, name=name, digest=digest, state=state,
            answer=msgspec.json.decode(answer), date=date, at_ms=at_ms, original=original,
        )  # fmt: skip

    def reversal_of(self, trace: str) -> Traded | None:
        """The first reversal of a trade."""
        found = self._db.execute(
            "SELECT trace FROM trades WHERE original = ? AND state = 'done'"
            " ORDER BY at_ms, trace LIMIT 1",
            (trace,),
        ).fetchone()
        return self.find(found[0]) if found else None

    def undo_of(self, trace: str) -> Undo | None:
        row = self._db.execute("SELECT undo FROM trades WHERE trace = ?", (trace,)).fetchone()
        return msgspec.json.decode(row[0], type=Undo) if row and row[0] else None

    def lines_of_trace(self, trace: str) -> list[Line]:
        rows = self._db.execute(
            "SELECT ledger, currency, amount, summary FROM entries WHERE trace = ? ORDER BY id",
            (trace,),
        )
        return [Line(*row) for row in rows]

    def after(self, ledgers: Sequence[str], number: int, limit: int) -> list[Posted]:
        rows = self._db.execute(
            "SELECT ROW_NUMBER() OVER (ORDER BY id), date, summary, -amount, balance, trace"
            " FROM entries WHERE ledger IN (SELECT value FROM json_each(?))"
            " ORDER BY id LIMIT ? OFFSET ?",
            (msgspec.json.encode(ledgers).decode(), limit, number),
        )
        return [Posted(*row) for row in rows]

    def between(self, account: str, start: str, end: str, limit: int) -> list[Posted]:
        rows = self._db.execute(
            "SELECT number, date, summary, -amount, balance, trace FROM entries"
            " WHERE ledger = ? AND date >= ? AND date <= ? ORDER BY number DESC LIMIT ?",
            (f"account:{account}", start, end or "9999", limit),
        )
        return [Posted(*row) for row in rows]

    def counted(self) -> dict[str, int]:
        """Trades by their state."""
        return dict(
            self._db.execute("SELECT state, COUNT(*) FROM trades GROUP BY state").fetchall()
        )


def _stored(line: Line) -> tuple[str, str, int, str]:
    return line.ledger, line.currency, line.amount, line.summary


def _undo(work: Work) -> bytes:
    encode = msgspec.json.encode
    rows = [
        (kind, id_, encode(before) if before else None, encode(after) if after else None)
        for (kind, id_), (before, after) in images(work).items()
    ]
    totals = [(x.scope, x.what, amount) for x, amount in work.totals.items()]
    return encode(Undo(rows, totals))


def decoded(key: Key, body: bytes | None) -> r.Record | None:
    """A record as an undo keeps it."""
    return None if body is None else msgspec.json.decode(body, type=r.KINDS[key[0]])
