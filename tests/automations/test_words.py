"""What may be written: everything else is refused, in words that say where and why."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.automations.bench import ZONE, Bench, TestPlaces, made
from tingtang.kernel.automations.declared import Automation, Compared, Op
from tingtang.kernel.automations.guard import Pace
from tingtang.kernel.automations.matching import compares, effective
from tingtang.kernel.automations.sun import sun_ms
from tingtang.kernel.automations.timing import due_ms, next_ms
from tingtang.kernel.automations.watch import Watch
from tingtang.kernel.clock import DAY_MS, MINUTE_MS, local_time, moment_ms
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import SYSTEM

GIVEN = {"kind": "event", "event": "ledger.given"}
FACT = {"kind": "fact", "fact": "balance", "arguments": {"account": "a"}, "value": 1}


def where(field: str, **test: object) -> list[dict[str, object]]:
    return [GIVEN | {"where": [{"kind": "field", "field": field, **test}]}]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"triggers": [{"kind": "event", "event": "ledger.stolen"}]}, "there is no event ledger.stolen"),
        ({"triggers": [{"kind": "event", "event": "automations.run_started"}]}, "there is no event"),
        ({"triggers": where("weight", value=1)}, "no field weight"),
        ({"triggers": where("amount", value="much")}, "amount is never much"),
        ({"triggers": where("amount", value=True)}, "amount is never True"),
        ({"triggers": where("stream", op="over", value=1)}, "stream cannot be more or less"),
        ({"triggers": where("amount", op="one_of", value=1)}, "several values go with one_of"),
        ({"triggers": where("amount", value=[1, 2])}, "several values go with one_of"),
        ({"triggers": [FACT | {"fact": "weather"}]}, "there is no fact weather"),
        ({"triggers": [FACT | {"arguments": {}}]}, "account is missing"),
        ({"triggers": [FACT | {"arguments": {"account": 3}}]}, "account cannot be 3"),
        ({"triggers": [FACT | {"arguments": {"account": "a", "x": 1}}]}, "there is no parameter x"),
        ({"triggers": [FACT | {"value": "high"}]}, "balance is never high"),
        ({"condition": {"kind": "field", "field": "weight", "value": 1}}, "no event that sets it off has a field weight"),
        ({"condition": {"kind": "all", "of": [FACT | {"fact": "weather"}]}}, "condition: there is no fact"),
        ({"actions": [{"action": "fly"}]}, "action 1: there is no action fly"),
        ({"actions": [{"action": "note"}, {"action": "give"}]}, "action 2: amount is missing"),
        ({"actions": [{"action": "give", "parameters": {"amount": 101}}]}, "amount must be a number from 0 to 100"),
        ({"actions": [{"action": "give", "parameters": {"amount": {"field": "weight"}}}]}, "not every trigger brings a field weight"),
        ({"triggers": [GIVEN, {"kind": "time", "at": "08:00"}],
          "actions": [{"action": "give", "parameters": {"amount": {"field": "amount"}}}]}, "not every trigger brings a field amount"),
        ({"name": {"zh": " "}}, "name: it cannot be empty"),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused_in_words(
    bench: Bench, said: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused) as refused:
        await bench.engine.save(made(**said), SYSTEM)
    assert refused.value.code == "bad_automation"
    assert words in refused.value.message("en")
    assert refused.value.message("zh") != refused.value.message("en")
    assert bench.engine.book.of("b1") == []


@pytest.mark.parametrize(
    "said",
    [
        {"triggers": []},
        {"actions": []},
        {"triggers": [GIVEN] * 9},
        {"actions": [{"action": "note"}] * 17},
        {"triggers": [GIVEN | {"when": "now"}]},
        {"triggers": [{"kind": "time", "at": "25:00"}]},
        {"id": "../x"},
        {"cooldown_seconds": -1},
        {"runs_a_minute_max": 1000},
        {"condition": {"kind": "eval", "of": "1+1"}},
        {"actions": [{"action": "note", "parameters": {"amount": {"field": "a", "code": "x"}}}]},
    ],
)
def test_what_is_no_automation_cannot_be_read(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        made(**said)


async def test_conditions_nest_only_so_deep(bench: Bench) -> None:
    condition: dict[str, object] = FACT
    for _ in range(6):
        condition = {"kind": "not", "of": condition}
    with pytest.raises(Refused):
        await bench.engine.save(made(condition=condition), SYSTEM)


async def test_the_sun_needs_a_place(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    place = bench.engine.places.place("b1")
    nowhere = msgspec.structs.replace(place, position=None)
    monkeypatch.setattr(bench.engine.places, "place", lambda branch: nowhere)
    with pytest.raises(Refused) as refused:
        await bench.engine.save(made(triggers=[{"kind": "sun", "moment": "rise"}]), SYSTEM)
    assert "latitude" in refused.value.message("en")


def test_an_automation_is_the_same_after_json() -> None:
    one = made(condition={"kind": "any", "of": [FACT, {"kind": "not", "of": {"kind": "sun_up"}}]})
    assert msgspec.json.decode(msgspec.json.encode(one), type=Automation) == one


def test_a_branch_s_own_stands_over_the_bank_s_and_what_was_shipped() -> None:
    shipped = {"x": made(id="x", branch=""), "y": made(id="y", branch="")}
    bank = made(id="x", branch="", cooldown_seconds=1)
    own = made(id="x", cooldown_seconds=2)
    records = {("", "x"): bank, ("b1", "x"): own}
    assert effective(records, shipped, "b1") == [own, shipped["y"]]
    assert effective(records, shipped, "b2") == [bank, shipped["y"]]
    assert effective({}, shipped, "b1") == list(shipped.values())


@given(
    st.sampled_from(Op),
    st.one_of(st.booleans(), st.floats(allow_nan=False), st.text()),
    st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.integers(), st.text()),
)
def test_a_comparison_never_fails_and_the_unknown_is_never_as_wanted(
    op: Op, wanted: bool | float | str, value: object
) -> None:
    test = Compared(op=op, value=(wanted,) if op is Op.ONE_OF else wanted)
    found = compares(test, value)
    if value is None:
        assert not found
    elif op is Op.IS_NOT:
        assert found is not compares(Compared(op=Op.IS, value=wanted), value)


@given(st.integers(0, 365), st.integers(1, 720), st.integers(0, DAY_MS), st.integers(0, DAY_MS))
def test_what_falls_due_does_not_depend_on_how_often_one_looks(
    day: int, minutes: int, first_ms: int, length_ms: int
) -> None:
    start = moment_ms("2026-01-01", "00:00", ZONE) + day * DAY_MS + first_ms
    places = TestPlaces()
    place = places.place("b1")
    for said in (
        {"kind": "time", "at": "09:30", "business_days_only": True},
        {"kind": "interval", "minutes": minutes},
        {"kind": "hours", "moment": "opens", "offset_minutes": -minutes},
        {"kind": "sun", "moment": "set", "offset_minutes": minutes},
    ):
        [trigger] = made(triggers=[said]).triggers
        middle, end = start + length_ms // 3, start + length_ms
        whole = due_ms(trigger, place, places, start, end)  # type: ignore[arg-type]
        assert whole == due_ms(trigger, place, places, start, middle) + due_ms(  # type: ignore[arg-type]
            trigger,
            place,
            places,
            middle,
            end,  # type: ignore[arg-type]
        )
        assert all(start < moment <= end for moment in whole)
        assert sorted(set(whole)) == whole


def test_a_branch_that_is_closed_neither_opens_nor_closes() -> None:
    places = TestPlaces()
    place = places.place("b1")
    friday = moment_ms("2026-11-20", "12:00", ZONE)
    [trigger] = made(
        triggers=[{"kind": "hours", "moment": "opens", "offset_minutes": -15}]
    ).triggers
    found = next_ms(trigger, place, places, friday, 7 * DAY_MS)  # type: ignore[arg-type]
    assert found == moment_ms("2026-11-23", "08:45", ZONE)


@pytest.mark.parametrize(
    ("date", "latitude", "longitude", "zone", "rise", "set_"),
    [
        # From published almanacs (timeanddate.com), to the minute.
        ("2026-06-21", 31.23, 121.47, "Asia/Shanghai", "04:50", "19:01"),
        ("2026-12-22", 31.23, 121.47, "Asia/Shanghai", "06:49", "16:56"),
        ("2026-03-20", 51.51, -0.13, "Europe/London", "06:04", "18:14"),
        ("2026-06-21", 39.90, 116.40, "Asia/Shanghai", "04:46", "19:46"),
    ],
)
def test_sunrise_and_sunset_are_those_of_the_almanac(
    date: str, latitude: float, longitude: float, zone: str, rise: str, set_: str
) -> None:
    found = sun_ms(date, latitude, longitude)
    assert found is not None
    for moment, expected in zip(found, (rise, set_), strict=True):
        assert abs(moment - moment_ms(date, expected, zone)) <= 3 * MINUTE_MS, local_time(
            moment, zone
        )


@given(st.integers(0, 364), st.floats(-89, 89), st.floats(-180, 180))
def test_the_day_is_longer_in_the_summer_half_of_the_world(
    day: int, latitude: float, longitude: float
) -> None:
    import datetime as dt

    date = (dt.date(2026, 1, 1) + dt.timedelta(days=day)).isoformat()
    here, opposite = sun_ms(date, latitude, longitude), sun_ms(date, -latitude, longitude)
    if here is None or opposite is None:
        assert abs(latitude) > 60
        return
    assert here[0] < here[1]
    # Both days together are a little longer than 24 hours: the disc and the air's refraction.
    together = here[1] - here[0] + opposite[1] - opposite[0]
    assert DAY_MS <= together < DAY_MS * 1.5


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40)), max_size=60), st.integers(0, 60))
def test_a_watched_fact_sets_off_once_each_time_it_has_stayed_so(
    seen: list[tuple[bool, int]], for_ms: int
) -> None:
    watch, at_ms, fired = Watch(), 0, 0
    since: int | None = None
    expected, counted, first = 0, False, True
    for is_so, wait_ms in seen:
        at_ms += wait_ms
        fired += watch.see(is_so, at_ms, for_ms)
        if first and is_so:
            counted, since = True, at_ms
        elif not is_so:
            since, counted = None, False
        elif since is None:
            since = at_ms
        first = False
        if since is not None and not counted and at_ms - since >= for_ms:
            counted, expected = True, expected + 1
    assert fired == expected


@given(st.lists(st.integers(0, 30_000), max_size=80), st.integers(1, 20), st.integers(0, 120))
def test_no_pace_lets_more_through_than_was_said(
    pauses: list[int], most: int, cooldown: int
) -> None:
    draft = made(runs_a_minute_max=most, cooldown_seconds=cooldown)
    pace, at_ms, ran = Pace(), 0, []
    for pause in pauses:
        at_ms += pause
        if pace.refuses(draft, at_ms) is None:
            pace.ran(at_ms)
            ran.append(at_ms)
    for start in ran:
        assert sum(start <= one < start + MINUTE_MS for one in ran) <= most
    assert all(later - earlier >= cooldown * 1000 for earlier, later in itertools.pairwise(ran))
