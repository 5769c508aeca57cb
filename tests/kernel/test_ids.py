"""Ids are UUIDv7 as RFC 9562 has them."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from tingtang.kernel.ids import RandomIds


@given(st.lists(st.integers(0, 2**48 - 1), min_size=1, max_size=30))
def test_an_id_holds_its_time_version_and_variant(times: list[int]) -> None:
    ids = RandomIds()
    for now_ms in times:
        text = ids.new(now_ms)
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert parsed.int >> 80 == now_ms
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)


def test_ids_of_one_moment_differ_and_later_ones_sort_behind() -> None:
    ids = RandomIds()
    drawn = [ids.new(1_000) for _ in range(20_000)]
    assert len(set(drawn)) == len(drawn)
    assert max(drawn) < ids.new(1_001)


def test_every_random_bit_is_drawn() -> None:
    ids = RandomIds()
    ever_set = ever_clear = 0
    for _ in range(2_000):
        random = uuid.UUID(ids.new(0)).int
        ever_set |= random
        ever_clear |= ~random
    fixed = 0xF << 76 | 0b11 << 62
    assert (ever_set & ever_clear | fixed) & ((1 << 80) - 1) == (1 << 80) - 1
