"""Sun, weather and people are functions of the time."""

import itertools

import pytest

from tingtang.devices.virtual import surroundings as s

NOON_IN_JUNE = 1_782_014_400_000  # 2026-06-21 12:00 in Shanghai
HOUR_MS = 3_600_000


def test_the_sun_is_as_high_as_the_almanac_says() -> None:
    assert s.sun_height(172, 12) == pytest.approx(0.991, abs=0.003)  # 82° on the longest day
    assert s.sun_height(355, 12) == pytest.approx(0.579, abs=0.005)  # 35° on the shortest
    assert s.sun_height(80, 6) == pytest.approx(0, abs=0.02)
    assert s.sun_height(172, 0) < 0


def test_daylight_is_that_of_the_sky() -> None:
    assert s.daylight(-0.1, 0.0) == 0
    assert 100_000 < s.daylight(0.99, 0.0) < 125_000
    assert 15_000 < s.daylight(0.9, 1.0) < 25_000
    assert s.daylight(0.05, 0.0) < 8_000
    assert s.daylight(0.5, 0.2) > s.daylight(0.5, 0.8)


def test_clouds_change_smoothly_and_are_the_same_again() -> None:
    covers = [s.cloud_cover(NOON_IN_JUNE + n * 60_000) for n in range(600)]
    assert all(0 <= cover <= 1 for cover in covers)
    assert max(abs(a - b) for a, b in itertools.pairwise(covers)) < 0.03
    assert covers[300] == s.cloud_cover(NOON_IN_JUNE + 300 * 60_000)
    assert s.cloud_cover(NOON_IN_JUNE, seed=1) != s.cloud_cover(NOON_IN_JUNE, seed=2)


def test_a_hall_is_full_in_the_morning_and_empty_at_night() -> None:
    noon, night = s.surroundings(NOON_IN_JUNE), s.surroundings(NOON_IN_JUNE + 12 * HOUR_MS)
    assert (night.people, night.daylight) == (0, 0)
    assert s.busy_at(10.5) > noon.people > 0.1
    assert night.day == noon.day + 1
    assert (
        noon.outdoor_temperature
        > s.surroundings(NOON_IN_JUNE - 180 * 24 * HOUR_MS).outdoor_temperature
    )
