"""Whatever goes wrong at whatever step of any scenario, money and items are neither doubled nor lost.

Of every scenario a journey is walked for every kind of fault that applies, which hits each of its
steps; then bank, items and cash are balanced (see :mod:`.sweep`). ``TINGTANG_FAULTS=single`` walks
one journey for every step and kind instead, each with that one fault: some thousands.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.conftest import check_books
from tests.journeys.scenarios.cases import BY_MEDIUM, CASES
from tests.journeys.scenarios.cases import WALKS as WAYS
from tests.journeys.scenarios.hall import open_hall
from tests.journeys.scenarios.sweep import Kind, Sweep
from tingtang.journeys import performing, service
from tingtang.journeys.machine import media

IS_SINGLE = os.environ.get("TINGTANG_FAULTS") == "single"


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def sweep(
    seeded: Path, tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner
) -> Iterator[Sweep]:
    patch = pytest.MonkeyPatch()
    patch.setattr(performing, "AGAIN_SECONDS", (0.0,))
    patch.setattr(media, "TAKEN_SECONDS", 0.0)
    patch.setattr(service, "SETTLE_SECONDS", 0.01)
    opening = open_hall(seeded, tmp_path_factory.mktemp("faults"))
    sweep = Sweep(runner.run(opening.__aenter__()))
    yield sweep
    check_books(sweep.hall.books.store)
    runner.run(opening.__aexit__(None, None, None))
    patch.undo()


RUNS: dict[str, tuple[Kind, ...]] = {
    "power": (Kind.POWER_BEFORE, Kind.POWER_AFTER),
    "bank_before": (Kind.BANK_BEFORE, Kind.BACK),
    "bank_after": (Kind.BANK_AFTER, Kind.TWICE),
    "jam": (Kind.JAM,),
    "silent": (Kind.SILENT,),
    "unheard": (Kind.UNHEARD,),
    "left": (Kind.LEFT,),
}
WITH_MEDIA = frozenset(
    {*BY_MEDIUM, "card_pin_change", "card_close", "passbook_update", "term_book_update"}
)
OF_MACHINES = WITH_MEDIA | {
    name for name, case in CASES.items() if case.item or name.startswith("cash_")
}
"""Where a machine moves what is not its own: there its silence is another thing than its refusal."""
WALKS = [
    (name, run)
    for name in sorted(WAYS)
    for run in RUNS
    if (name in OF_MACHINES or run not in ("silent", "unheard"))
    and (name in WITH_MEDIA or run != "left")
]
UNHIT = frozenset({("item_pickup", "bank_before"), ("transfer by token", "left")})
"""What books nothing and has no step back; what is held in a port and never drawn in."""


@pytest.mark.parametrize(("name", "run"), WALKS)
def test_nothing_is_doubled_and_nothing_is_lost(
    sweep: Sweep, runner: asyncio.Runner, name: str, run: str
) -> None:
    if not IS_SINGLE:
        is_hit = runner.run(sweep.walk(name, *RUNS[run])) > 0
        assert is_hit is ((name, run) not in UNHIT)
        return
    for kind in RUNS[run]:
        one_by_one(sweep, runner, name, kind)


def one_by_one(sweep: Sweep, runner: asyncio.Runner, name: str, kind: Kind) -> int:
    """A journey for every place, each with that one fault; gives how many places there are."""
    place = 0
    while runner.run(sweep.walk(name, kind, only=place)) > place:
        place += 1
    return place


def test_a_jam_at_any_one_command_of_a_deposit_leaves_no_note_inside(
    sweep: Sweep, runner: asyncio.Runner
) -> None:
    """Where all commands fail once the first failure hides what the others would do."""
    assert one_by_one(sweep, runner, "cash_deposit", Kind.JAM) > 5


@pytest.mark.parametrize("name", ["cash_deposit", "cash_withdraw"])
def test_who_leaves_at_any_step_has_their_cash_back(
    sweep: Sweep, runner: asyncio.Runner, name: str
) -> None:
    place = 0
    while place < 20 and runner.run(sweep.walk(name, Kind.LEAVE, only=place)) > place:
        place += 1
    assert 2 < place < 20, "it was left at each of its steps"
