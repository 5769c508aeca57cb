"""The audit: whatever is done to the log behind its back is found, and named."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from tests.kernel.ledger import TYPES, give
from tingtang.kernel import log_tables as t
from tingtang.kernel.anchors import Anchor, AnchorProblem, open_anchor, write_anchor
from tingtang.kernel.audit import Finding, Kind, Report, count_events, verify
from tingtang.kernel.database import Database
from tingtang.kernel.log import EventLog
from tingtang.kernel.log_commit import event_hash
from tingtang.kernel.vault import KeyFileVault, Suite, open_or_create_vault, open_vault, rotate

# The log below: hall/b1 stands at positions 1, 4, 6, 7 and 9; booking/b1 at 2 and 5; 人 at 3 and 8.


@pytest.fixture
def vault(tmp_path: Path) -> KeyFileVault:
    return open_or_create_vault(tmp_path / "keys.json", Suite.AES_256_GCM, now_ms=1)


@pytest.fixture
async def written(database: Database) -> AsyncIterator[Database]:
    log = EventLog(database, TYPES)
    await log.start()
    for stream, amount in (
        ("hall/b1", 1), ("booking/b1", 2), ("人", 3), ("hall/b1", 4), ("booking/b1", 5),
        ("hall/b1", 6), ("hall/b1", 7), ("人", 8), ("hall/b1", 9),
    ):  # fmt: skip
        await log.append(give(stream, amount))
    await log.stop()
    yield database


@pytest.fixture
def anchor(written: Database, vault: KeyFileVault, tmp_path: Path) -> Anchor:
    path = tmp_path / "anchor"
    written.read_now(lambda c: write_anchor(c, vault, path, now_ms=5))
    return open_anchor(path, vault)


def audit(database: Database, *anchors: Anchor) -> Report:
    return database.read_now(lambda c: verify(c, anchors))


def tamper(database: Database, *statements: str) -> None:
    with database.writer.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def rewrite(database: Database, stream: str, change: Callable[[dict[str, object]], object]) -> None:
    """What somebody with full power over the database would do: forge the whole chain and head."""
    with database.writer.begin() as connection:
        query = sa.select(t.events).where(t.events.c.stream == stream)
        previous = bytes(32)
        row: dict[str, object] = {}
        for found in connection.execute(query.order_by(t.events.c.sequence)).all():
            row = found._asdict()
            change(row)
            previous = row["hash"] = event_hash(previous, row)
            mine = t.events.c.position == row["position"]
            connection.execute(sa.update(t.events).where(mine).values(row))
        head = sa.update(t.streams).where(t.streams.c.stream == stream)
        connection.execute(head.values(hash=previous))


def test_an_untouched_log_is_whole(written: Database, anchor: Anchor) -> None:
    told: list[int] = []
    report = written.read_now(lambda c: verify(c, [anchor], told.append))
    assert report.ok
    assert (report.events, report.streams, report.position) == (9, 3, 9)
    assert (anchor.title.position, anchor.title.streams) == (9, 3)
    assert written.read_now(count_events) == 9


async def test_a_log_that_grew_still_fits_its_anchor(written: Database, anchor: Anchor) -> None:
    log = EventLog(written, TYPES)
    await log.start()
    await log.append(give("hall/b1", 10))
    await log.append(give("another", 11))
    await log.stop()
    assert audit(written, anchor).ok


def test_an_empty_log_is_whole(database: Database, vault: KeyFileVault, tmp_path: Path) -> None:
    database.read_now(lambda c: write_anchor(c, vault, tmp_path / "anchor", now_ms=5))
    assert audit(database, open_anchor(tmp_path / "anchor", vault)).ok


@pytest.mark.parametrize(
    "column", ["body = '{}'", "time_ms = 7", "actor = 'x'", "type = 'ledger.taken'", "branch = 'b2'",
               "version = 2", "cause = 'x'"],
)  # fmt: skip
def test_a_changed_event_is_named(written: Database, column: str) -> None:
    tamper(written, f"UPDATE events SET {column} WHERE position = 4")
    assert audit(written).findings == [Finding(Kind.CHANGED, "hall/b1", 2, 2)]


def test_a_removed_event_is_named(written: Database) -> None:
    tamper(written, "DELETE FROM events WHERE position IN (4, 6)")
    assert audit(written).findings == [
        Finding(Kind.REMOVED, "hall/b1", 2, 3),
        Finding(Kind.GAP, sequence=4, until=4),
        Finding(Kind.GAP, sequence=6, until=6),
    ]


def test_a_removed_event_whose_place_was_closed_is_named(written: Database) -> None:
    tamper(
        written,
        "DELETE FROM events WHERE position = 4",
        "UPDATE events SET sequence = -(sequence - 1) WHERE stream = 'hall/b1' AND sequence > 2",
        "UPDATE events SET sequence = -sequence WHERE sequence < 0",
    )
    findings = audit(written).findings
    assert Finding(Kind.CHANGED, "hall/b1", 2, 2) in findings
    assert Finding(Kind.TRUNCATED, "hall/b1", 5, 5, "streams") in findings
    assert Finding(Kind.GAP, sequence=4, until=4) in findings


def test_reordered_events_are_named(written: Database) -> None:
    tamper(
        written,
        "UPDATE events SET sequence = -3 WHERE position = 4",
        "UPDATE events SET sequence = 2 WHERE position = 6",
        "UPDATE events SET sequence = 3 WHERE position = 4",
    )
    findings = audit(written).findings
    assert Finding(Kind.REORDERED, "hall/b1", 3, 3) in findings
    assert {f.sequence for f in findings if f.kind is Kind.CHANGED} == {2, 3, 4}


def test_a_truncated_stream_is_named(written: Database) -> None:
    tamper(written, "DELETE FROM events WHERE position IN (7, 9)")
    assert audit(written).findings == [
        Finding(Kind.TRUNCATED, "hall/b1", 4, 5, "streams"),
        Finding(Kind.GAP, sequence=7, until=7),
    ]


def test_a_stream_cut_off_together_with_its_head_is_found_by_an_anchor(
    written: Database, anchor: Anchor
) -> None:
    tamper(
        written,
        "DELETE FROM events WHERE position = 9",
        "UPDATE streams SET sequence = 4, position = 7, hash = "
        "(SELECT hash FROM events WHERE position = 7) WHERE stream = 'hall/b1'",
    )
    assert audit(written).ok  # nothing in the database can tell
    assert audit(written, anchor).findings == [
        Finding(Kind.SHORT, sequence=8, until=9, witness="anchor"),
        Finding(Kind.TRUNCATED, "hall/b1", 5, 5, "anchor"),
    ]


@pytest.mark.parametrize("stream", ["booking/b1", "hall/b1", "人"])
def test_a_stream_that_was_removed_whole_is_named(
    written: Database, anchor: Anchor, stream: str
) -> None:
    tamper(written, f"DELETE FROM events WHERE stream = '{stream}'")
    assert Kind.GONE in {f.kind for f in audit(written).findings}
    tamper(written, f"DELETE FROM streams WHERE stream = '{stream}'")
    gone = [f for f in audit(written, anchor).findings if f.kind is Kind.GONE]
    assert [(f.stream, f.witness) for f in gone] == [(stream, "anchor")]


def test_a_forged_chain_is_found_by_any_anchor(
    written: Database, anchor: Anchor, vault: KeyFileVault, tmp_path: Path
) -> None:
    written.read_now(lambda c: write_anchor(c, vault, tmp_path / "second", now_ms=6))
    rewrite(written, "hall/b1", lambda row: row.update(actor="somebody else"))
    assert audit(written).ok
    assert audit(written, anchor, open_anchor(tmp_path / "second", vault)).findings == [
        Finding(Kind.REWRITTEN, "hall/b1", 5, 5, "anchor"),
        Finding(Kind.REWRITTEN, "hall/b1", 5, 5, "second"),
    ]


def test_a_wrong_head_is_named(written: Database) -> None:
    tamper(written, "UPDATE streams SET sequence = 1 WHERE stream = 'booking/b1'")
    tamper(written, "DELETE FROM streams WHERE stream = '人'")
    assert audit(written).findings == [
        Finding(Kind.HEAD, "booking/b1", 2, 2, "streams"),
        Finding(Kind.HEAD, "人", 2, 2, "streams"),
    ]


def test_every_finding_has_words_in_both_languages() -> None:
    for kind in Kind:
        finding = Finding(kind, "hall/b1", 2, 3, "anchor")
        assert finding.in_language("zh") != finding.in_language("en")
        assert "2" in finding.in_language("en") or "3" in finding.in_language("en")


def test_an_anchor_that_was_changed_is_refused(anchor: Anchor, vault: KeyFileVault) -> None:
    lines = anchor.path.read_bytes().splitlines(keepends=True)
    for i in range(len(lines)):
        anchor.path.write_bytes(b"".join(lines[:i] + lines[i + 1 :]))
        with pytest.raises(AnchorProblem):
            open_anchor(anchor.path, vault)
    anchor.path.write_bytes(b"".join(lines).replace(b'"position":9', b'"position":8'))
    with pytest.raises(AnchorProblem, match="changed after it was signed"):
        open_anchor(anchor.path, vault)
    anchor.path.write_bytes(b"".join(lines) + b"\n")
    with pytest.raises(AnchorProblem):
        open_anchor(anchor.path, vault)


def test_an_anchor_signed_with_a_foreign_key_is_refused(
    written: Database, vault: KeyFileVault, tmp_path: Path
) -> None:
    forger = open_or_create_vault(tmp_path / "forger.json", Suite.AES_256_GCM, now_ms=1)
    written.read_now(lambda c: write_anchor(c, forger, tmp_path / "forged", now_ms=5))
    with pytest.raises(AnchorProblem, match="another key"):
        open_anchor(tmp_path / "forged", vault)
    with pytest.raises(AnchorProblem, match="public key"):
        open_anchor(tmp_path / "forged", None)
    public = forger.public_key(1)
    assert open_anchor(tmp_path / "forged", None, public).title.position == 9


def test_an_anchor_outlives_the_key_that_signed_it(
    anchor: Anchor, written: Database, tmp_path: Path
) -> None:
    rotate(tmp_path / "keys.json", Suite.AES_256_GCM, now_ms=9)
    assert audit(written, open_anchor(anchor.path, open_vault(tmp_path / "keys.json"))).ok


def test_an_anchor_is_never_overwritten(
    anchor: Anchor, written: Database, vault: KeyFileVault
) -> None:
    with pytest.raises(AnchorProblem, match="never overwritten"):
        written.read_now(lambda c: write_anchor(c, vault, anchor.path, now_ms=5))
    assert msgspec.json.decode(anchor.path.read_bytes().splitlines()[0])["time_ms"] == 5
