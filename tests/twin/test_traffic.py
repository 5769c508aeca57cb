"""Reading days of real traffic: what is used, what is set aside, and what is refused."""

from datetime import date, timedelta, timezone
from pathlib import Path

import pytest

from tingtang.twin.traffic import (
    Kind,
    TrafficError,
    Visit,
    happenings,
    parse_traffic,
    read_traffic,
)

HEADER = "date,arrived,called,finished,left,service,priority,server"
GOOD = "2024-05-06,9:00:00,9:05:00,9:09:30,,cash,1,W1"

BANK_HEADER = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,"
    "q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server"
)


def own(*rows: str) -> list[str]:
    return [line + "\n" for line in (HEADER, *rows)]


def bank(*rows: str) -> list[str]:
    return [line + "\n" for line in (BANK_HEADER, *rows)]


def seconds(visit: Visit, moment_ms: int | None) -> int:
    assert moment_ms is not None
    return (moment_ms - visit.arrived_ms) // 1000


def test_a_row_of_our_own_columns_becomes_a_visit() -> None:
    (visit,) = parse_traffic(own(GOOD)).visits
    assert visit.day == date(2024, 5, 6)
    assert visit.arrived_ms == 1_714_986_000_000  # 2024-05-06T09:00:00Z
    assert visit.wait_ms == 300_000
    assert seconds(visit, visit.finished_ms) == 570
    assert (visit.service, visit.priority, visit.server) == ("cash", 1, "W1")
    assert visit.served


def test_clocks_hang_in_the_zone_of_the_place() -> None:
    (here,) = parse_traffic(own(GOOD), zone=timezone(timedelta(hours=8))).visits
    (utc,) = parse_traffic(own(GOOD)).visits
    assert utc.arrived_ms - here.arrived_ms == 8 * 3_600_000


def test_one_who_gave_up_has_waited_until_then() -> None:
    (visit,) = parse_traffic(own("2024-05-06,9:00:00,,,9:20:00,cash,,")).visits
    assert not visit.served
    assert visit.wait_ms == 1_200_000
    assert visit.priority == 0


def test_a_service_may_end_past_midnight() -> None:
    (visit,) = parse_traffic(own("2024-05-06,23:50:00,23:58:00,0:04:00,,cash,,W1")).visits
    assert seconds(visit, visit.finished_ms) == 840


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("2024-05-06,9:00:00,8:55:00,9:09:30,,cash,1,W1", "called", "called before arriving"),
        ("2024-05-06,9:00:00,9:05:00,9:04:00,,cash,1,W1", "finished", "before being called"),
        ("2024-05-06,9:00:00,9:05:00,9:09:30,9:01:00,cash,1,W1", "left", "one of the two"),
        ("2024-05-06,9:00:00,,9:09:30,,cash,1,W1", "called", "without having been called"),
        ("2024-05-06,9:00:00,,,8:00:00,cash,1,", "left", "left before arriving"),
        ("2024-05-06,9:00:00,,,,cash,1,", "left", "empty"),
        ("2024-05-06,nine,9:05:00,9:09:30,,cash,1,W1", "arrived", "'nine' is not a time"),
        ("2024-05-06,9:60:00,9:05:00,9:09:30,,cash,1,W1", "arrived", "'9:60:00'"),
        ("6 May,9:00:00,9:05:00,9:09:30,,cash,1,W1", "date", "'6 May' is not a date"),
        ("2024-05-06,9:00:00,9:05:00,9:09:30,,cash,high,W1", "priority", "whole number 0 to 9"),
        ("2024-05-06,9:00:00,9:05:00", "finished", "empty"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line_and_column(
    row: str, column: str, reason: str
) -> None:
    traffic = parse_traffic(own(*[GOOD] * 20, row))
    assert len(traffic.visits) == 20
    (aside,) = traffic.set_aside
    assert (aside.row, aside.column) == (22, column)
    assert reason in aside.reason
    assert str(aside).startswith(f"line 22, column {column}: ")
    assert sum(traffic.reasons.values()) == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["\n"], "line 1: the columns date, arrived"),
        ([], "line 1: the columns date, arrived"),
        (["date,arrived,called,finished,service,server\n"], "the columns left are missing"),
        (own(), "holds no visit"),
        (own(GOOD, "x,y,z,,,,,"), "1 rows cannot be read, first: line 3, column date"),
    ],
)
def test_a_file_that_is_no_traffic_is_refused_with_the_place(lines: list[str], words: str) -> None:
    with pytest.raises(TrafficError, match=words):
        parse_traffic(lines)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_bytes(b"date,arrived\xff\xfe\n")
    with pytest.raises(TrafficError, match="not UTF-8"):
        read_traffic(path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("".join(own(GOOD)), encoding="utf-8-sig")
    assert len(read_traffic(path).visits) == 1


# The call centre's columns (made-up rows)


QUEUED = "A1,1,,2,PS,990201,9:00:00,9:00:10,10,9:00:10,9:01:10,60,AGENT,9:01:09,9:04:09,180,ann"
DIRECT = "A1,2,,0,NW,990201,9:02:00,9:02:10,10,0:00:00,0:00:00,0,AGENT,9:02:09,9:03:09,60,bob"
GAVE_UP = "A1,3,,1,PS,990201,9:03:00,9:03:10,10,9:03:10,9:04:00,50,HANG,0:00:00,0:00:00,0,"
MENU = "A1,4,,0,PS,990201,9:05:00,9:05:10,10,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,"
PHANTOM = "A1,5,,0,PS,990201,9:06:00,9:06:10,10,9:06:10,9:06:20,10,PHANTOM,9:06:20,9:06:30,10,"
LATE = "A1,6,,0,PS,990201,23:58:00,23:58:10,10,0:00:00,0:00:00,0,AGENT,23:58:10,0:03:10,300,ann"
BACKWARDS = "A1,7,,0,PS,990201,9:08:50,9:08:00,-50,9:08:00,9:09:00,60,AGENT,9:09:00,9:10:00,60,bob"
NO_CLOCK = "A1,8,,0,PS,990201,9:10:00,9:10:10,10,9:10:10,9:11:10,60,AGENT,0:00:00,0:00:40,40,bob"


def test_the_call_centres_columns_are_recognised() -> None:
    traffic = parse_traffic(bank(QUEUED, DIRECT, GAVE_UP))
    queued, direct, gave_up = traffic.visits
    assert traffic.head_start_ms == 90_000
    assert (queued.wait_ms, direct.wait_ms, gave_up.wait_ms) == (60_000, 0, 50_000)
    assert queued.day == date(1999, 2, 1)
    # The call's moment is the line's; the service's clock says when it ended.
    assert seconds(queued, queued.finished_ms) == 239
    assert (queued.priority, queued.service, queued.server) == (2, "PS", "ann")
    assert not gave_up.served


def test_nothing_of_the_call_centre_is_dropped_in_silence() -> None:
    rows = [QUEUED, DIRECT, GAVE_UP, MENU, PHANTOM, BACKWARDS, NO_CLOCK]
    traffic = parse_traffic(bank(*rows))
    assert len(traffic.visits) + len(traffic.set_aside) == len(rows)
    assert [(aside.row, aside.column) for aside in traffic.set_aside] == [
        (5, "q_time"),
        (6, "outcome"),
    ]
    assert traffic.reasons == {
        "gave up in the voice unit, before any line": 1,
        "phantom call: nobody was there": 1,
        "the voice unit was left before it was entered": 1,
        "the clocks of line and service contradict each other": 1,
    }


def test_a_service_without_a_clock_begins_with_the_call() -> None:
    (visit,) = parse_traffic(bank(NO_CLOCK)).visits
    assert (visit.wait_ms, seconds(visit, visit.finished_ms)) == (60_000, 100)


def test_a_call_past_midnight_ends_the_next_day() -> None:
    (visit,) = parse_traffic(bank(LATE)).visits
    assert seconds(visit, visit.finished_ms) == 300


# Order


def test_happenings_come_in_the_order_a_hall_would_learn_of_them() -> None:
    traffic = parse_traffic(
        own(
            "2024-05-06,9:00:00,9:00:00,9:05:00,,cash,,W1",
            "2024-05-06,9:01:00,9:05:00,9:07:00,,cash,,W1",
            "2024-05-06,9:02:00,,,9:05:00,cash,,",
            "2024-05-06,9:05:00,9:05:00,9:05:00,,cash,,W2",
        )
    )
    assert [(h.kind, h.visit.row) for h in happenings(traffic.visits)] == [
        (Kind.ARRIVED, 2),
        (Kind.CALLED, 2),
        (Kind.ARRIVED, 3),
        (Kind.ARRIVED, 4),
        # In the one second of 9:05:00:
        (Kind.FINISHED, 2),
        (Kind.CALLED, 3),
        (Kind.LEFT, 4),
        (Kind.ARRIVED, 5),
        (Kind.CALLED, 5),
        (Kind.FINISHED, 5),
        (Kind.FINISHED, 3),
    ]
