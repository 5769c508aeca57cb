"""The four plain rules say what their names say."""

from tingtang.twin.plain_rules import (
    head_of_line,
    last_to_enter,
    queue_over_servers,
    usual_at_hour,
)


def test_the_wait_of_the_last_customer_called_is_repeated() -> None:
    assert last_to_enter(90_000) == 90_000
    assert last_to_enter(None) == 0


def test_the_head_of_the_line_tells_its_wait_so_far() -> None:
    assert head_of_line(40_000, 90_000) == 40_000
    assert head_of_line(None, 90_000) == 90_000


def test_the_queue_is_worked_off_by_all_servers() -> None:
    assert queue_over_servers(6, 120_000, 3) == 240_000
    assert queue_over_servers(6, 120_000, 0) == 720_000


def test_the_usual_wait_is_the_median_of_that_hour() -> None:
    earlier = {9: [60_000.0, 80_000.0, 900_000.0], 10: [10_000.0]}
    assert usual_at_hour(earlier, 9) == 80_000
    assert usual_at_hour(earlier, 11) == 70_000
    assert usual_at_hour({}, 9, otherwise_ms=5.0) == 5.0
