"""The twin's speed: the same many-server queue in SimPy and in our engine with production dispatch."""

import gc
import statistics
import time
from collections.abc import Iterator
from random import Random

from bench.report import Figure
from tingtang.hall.model.settings import GeneralisedCMu, HallSettings, Segment
from tingtang.hall.model.state import DaySetup, ServiceSetup
from tingtang.kernel.ids import CounterId, ServiceId
from tingtang.twin.engine import Shift, run_day
from tingtang.twin.population import NEVER_MS, Customer

SERVERS, CUSTOMERS, SERVICE_MS, PATIENCE_MS, LOAD = 20, 40_000, 300_000, 1_200_000, 0.95
ROUNDS = 3
ONE = ServiceId("one")


def _customers(seed: int, *, patient: bool) -> Iterator[Customer]:
    random, at_ms = Random(seed), 0.0
    for _ in range(CUSTOMERS):
        at_ms += random.expovariate(SERVERS * LOAD / SERVICE_MS)
        patience = NEVER_MS if patient else int(random.expovariate(1 / PATIENCE_MS))
        service = int(random.expovariate(1 / SERVICE_MS))
        yield Customer(int(at_ms), ONE, Segment.ORDINARY, service, patience)


def _ours(seed: int, *, patient: bool) -> tuple[float, float]:
    setup = DaySetup(
        {ONE: ServiceSetup(ONE, "A", SERVICE_MS)}, {}, HallSettings(policy=GeneralisedCMu()), 0, 0
    )
    shifts = [Shift(CounterId(str(n)), frozenset({ONE})) for n in range(SERVERS)]
    gc.collect()
    start = time.perf_counter()
    outcome = run_day(setup, shifts, _customers(seed, patient=patient))
    took = time.perf_counter() - start
    waits = [w for w, called in zip(outcome.waited_ms, outcome.called, strict=True) if called]
    return CUSTOMERS / took, statistics.fmean(waits)


def _simpy(seed: int, *, patient: bool) -> tuple[float, float]:
    import simpy

    environment = simpy.Environment()
    servers = simpy.Resource(environment, SERVERS)
    waits: list[float] = []

    def customer(who: Customer):  # type: ignore[no-untyped-def]
        came = environment.now
        with servers.request() as turn:
            if patient:
                yield turn
            else:
                won = yield turn | environment.timeout(who.patience_ms)
                if turn not in won:
                    return
            waits.append(environment.now - came)
            yield environment.timeout(who.service_ms)

    def arrivals():  # type: ignore[no-untyped-def]
        for who in _customers(seed, patient=patient):
            yield environment.timeout(who.arrival_ms - environment.now)
            environment.process(customer(who))

    environment.process(arrivals())
    gc.collect()
    start = time.perf_counter()
    environment.run()
    return CUSTOMERS / (time.perf_counter() - start), statistics.fmean(waits)


def speed() -> list[Figure]:
    """By turns, so that a busy moment hits both alike."""
    figures = []
    for patient, name in ((True, "nobody gives up"), (False, "with patience")):
        ours, theirs, waits = [], [], []
        for seed in range(ROUNDS):
            mine, my_wait = _ours(seed, patient=patient)
            other, other_wait = _simpy(seed, patient=patient)
            ours.append(mine)
            theirs.append(other)
            waits.append(my_wait / other_wait)
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        figures.append(
            Figure(
                f"customers/s ÷ SimPy, {SERVERS} servers, {name}",
                ratio,
                at_least=1.0,
                detail=f"{statistics.median(ours):.0f}/s against {statistics.median(theirs):.0f}/s; "
                f"mean waits agree to {abs(statistics.fmean(waits) - 1):.1%}",
            )
        )
    return figures
