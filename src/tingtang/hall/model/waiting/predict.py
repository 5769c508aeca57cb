"""From a situation to an estimate, and from a wait that ended to a better model.

The form, in three layers that each do one thing:

1. *Theory*, which needs no data: the work in front of the customer divided by the counters that
   do it, thinned by those who give up on the way (the fluid limit of the Markovian delay
   predictor QL_a of Ibrahim and Whitt 2009, Manuf. Serv. Oper. Manag. 11(3)).
2. *Correction*, learned: the logarithm of the wait is a linear function of the theory's answer
   and a few facts it leaves out, fitted by recursive least squares. The prior of the
   coefficients *is* the theory, so a new branch starts with it and moves away as evidence grows.
   Residuals are cut off at :data:`HUBER` standard deviations (Huber's loss), which also draws
   the fit from the mean to the median. Each line has an offset of its own, shrunk to 0.
3. *Interval*: the 5 % and 95 % quantiles of the residuals, followed one observation at a time
   (Robbins and Monro 1951; as adaptive conformal inference, Gibbs and Candès 2021, the step does
   not fade to nothing, so the share covered comes back to 90 % after any change), apart for few
   and for many ahead because waits behind many vary less, relative to their length; and apart
   for those who wait already, because who was told less than they have waited is no average case.

Nothing here reads a clock or draws a number, and everything is bounded in size.
"""

import math
from bisect import bisect_right
from operator import mul

import msgspec

from tingtang.hall.model.waiting.situation import Situation, overtaking_share

FEATURES = (
    "one", "theory", "place", "counters", "just free", "lately free", "elapsed", "last wait",
    "overtaking", "waited",
)  # fmt: skip
"""What the coefficients of :class:`WaitModel` belong to, in order."""

ONE, THEORY, PLACE, COUNTERS, JUST, LATELY, ELAPSED, LAST, OVERTAKING, WAITED = range(len(FEATURES))

PRIOR_WEIGHTS = (0.0, 1.0, 0.0, 0.0, -0.3, -0.3, 0.0, 0.0, 0.1, -0.1)
PRIOR_VARIANCES = (0.025, 0.025, 0.015, 0.015, 0.025, 0.025, 0.015, 0.015, 0.05, 0.025)

MEDIAN_PLACE = 2 / 3
"""The median of the k-th event of a Poisson process is at (k - 1/3) means; k = ahead + 1."""

FLOOR = 0.05
"""Added, in mean services, to a wait before its logarithm is taken: seconds do not matter."""

EXTRA_SPREAD = 0.25
"""Standard deviation of the logarithm of the wait that has other reasons than the chance of
service times, which is 1 / sqrt(ahead + 1) for exponential ones."""

HUBER = 2.5
LINES_KEPT = 256
LINE_WORTH, LINE_FADE = 30.0, 0.995
"""Observations by which a line's offset is shrunk to 0, and how fast older ones fade."""

TAIL_EDGES = (0.5, 1.5, 3.5, 8.0, 16.0)
"""People ahead at which the next set of residual quantiles takes over."""
TAIL_CENTRES = (1.0, 2.0, 3.5, 6.5, 12.0, 30.0)
TAIL_STEP, TAIL_STEP_LEAST, TAIL_WORTH = 10.0, 0.005, 40.0
"""In standard deviations: a 5 % quantile settles fastest with a step of 1 / its density, ~10."""
TAIL_LIMIT = 6.0

LATE = 0.5
"""Who has waited longer than this share of what they have left counts as late."""

AT_ONCE_MS, AT_ONCE_LOW_MS, AT_ONCE_HIGH_MS = 15_000.0, 3_000.0, 90_000.0
"""Before anything was learned: from ticket to call where a counter stands ready."""

MAX_WAIT_MS = 24 * 3_600_000.0
"""No estimate is longer, and no longer wait is learned."""
MAX_AHEAD = 100_000.0
HIGHEST = 20.0
"""Logarithm of a wait in mean services that is past every bound already."""

Z_05 = 1.6448536


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """The time left until the call; 5 % of calls come before ``low_ms``, 5 % after ``high_ms``."""

    median_ms: int
    low_ms: int
    high_ms: int


class Tail(msgspec.Struct):
    """5 % and 95 % quantiles of the residual, and how many it rests on."""

    low: float
    high: float
    seen: int = 0


class Offset(msgspec.Struct):
    """A fading sum of residuals of one line, and of ones."""

    total: float = 0.0
    seen: float = 0.0


class AtOnce(msgspec.Struct):
    """Logarithms of the 5 %, 50 % and 95 % quantiles of calls that were due at once."""

    low: float = math.log(AT_ONCE_LOW_MS)
    median: float = math.log(AT_ONCE_MS)
    high: float = math.log(AT_ONCE_HIGH_MS)
    seen: int = 0


def _spread(ahead: float) -> float:
    return math.sqrt(EXTRA_SPREAD**2 + 1.0 / (ahead + 1.0))


def _prior_tails() -> list[Tail]:
    """Quantiles of a gamma-distributed wait (Wilson and Hilferty 1931), widened."""
    tails = []
    for k in TAIL_CENTRES:
        middle = math.log(k - 1 / 3)
        side = [
            math.log(k * (1 - 1 / (9 * k) + z / (3 * math.sqrt(k))) ** 3) - middle
            for z in (-Z_05, Z_05)
        ]
        extra = Z_05 * EXTRA_SPREAD
        tails.append(Tail(-math.hypot(side[0], extra), math.hypot(side[1], extra)))
    return tails


class WaitModel(msgspec.Struct):
    """Everything a branch has learned about its waits: a few kilobytes, kept from day to day."""

    weights: list[float] = msgspec.field(default_factory=lambda: list(PRIOR_WEIGHTS))
    covariance: list[list[float]] = msgspec.field(
        default_factory=lambda: [
            [variance if i == j else 0.0 for j in range(len(FEATURES))]
            for i, variance in enumerate(PRIOR_VARIANCES)
        ]
    )
    lines: dict[str, Offset] = {}
    tails: list[Tail] = msgspec.field(default_factory=_prior_tails)
    at_once: AtOnce = msgspec.field(default_factory=AtOnce)
    late_tails: list[Tail] = msgspec.field(default_factory=_prior_tails)
    late_at_once: AtOnce = msgspec.field(default_factory=AtOnce)
    """Both of them for those who are late, see :data:`LATE`."""
    learned: int = 0

    def __post_init__(self) -> None:
        size = len(FEATURES)
        shapes = (len(self.weights), len(self.covariance), *map(len, self.covariance))
        tails = {len(self.tails), len(self.late_tails)}
        if any(shape != size for shape in shapes) or tails != {len(TAIL_CENTRES)}:
            raise ValueError("this wait model was kept by another version; start a new one")


class Outlook(msgspec.Struct, frozen=True, gc=False):
    """All of a line's estimate but the people ahead: for many who ask within a moment."""

    middle: float
    """What the features that do not depend on the people ahead add up to."""
    scale: float
    servers: float
    patience: float
    """Mean patience in mean services; 0 where nobody gives up."""
    just_free: float
    lately_free: float
    theory: float
    place: float
    just: float
    lately: float
    waited: float
    """The coefficients of the features that do depend on them, or on the time already waited."""
    tails: tuple[tuple[float, float], ...]
    """Low <= 1 <= high, as shares of the median, for few and for many ahead."""
    due: Estimate
    """For one whose call is due at once."""
    late_tails: tuple[tuple[float, float], ...]
    late_due: Estimate
    """Both of them for those who are late."""


def _theory(ahead_ms: float, scale: float, servers: float, patience: float) -> float:
    """The work ahead, in mean services, over the counters that do it; see the module's words."""
    theory = (max(ahead_ms, 0.0) / scale + MEDIAN_PLACE) / servers
    if patience > 0.0:
        # After time t each of those ahead is gone with rate 1/patience: the integral of that.
        return patience * math.log(1.0 + theory / patience)
    return theory


def _patience(s: Situation, scale: float) -> float:
    return max(s.patience_ms, 1.0) / scale if s.patience_ms is not None else 0.0


def _features(s: Situation) -> list[float]:
    log = math.log
    servers = max(s.servers, 0.3)
    scale = max(s.service_ms, 1.0)
    place = min(max(s.ahead, 0.0), MAX_AHEAD) + MEDIAN_PLACE
    return [
        1.0,
        log(_theory(s.work_ahead_ms, scale, servers, _patience(s, scale))),
        log(place),
        log(servers),
        log(1.0 + s.just_free / place) if s.just_free > 0.0 else 0.0,
        log(1.0 + s.lately_free / place) if s.lately_free > 0.0 else 0.0,
        log((s.elapsed_ms / scale + 0.1) / 1.1) if s.elapsed_ms > 0.0 else 0.0,
        log((s.last_wait_ms / scale + 0.1) / 1.1) if s.last_wait_ms is not None else 0.0,
        -log(1.0 - overtaking_share(s)) if s.overtaking_per_hour > 0.0 else 0.0,
        log(1.0 + s.waited_ms / scale) if s.waited_ms > 0.0 else 0.0,
    ]


def _offset(model: WaitModel, line: str) -> float:
    offset = model.lines.get(line)
    return offset.total / (offset.seen + LINE_WORTH) if offset else 0.0


def _whole(wait_ms: float) -> int:
    if wait_ms <= 0.0:
        return 0
    return int(wait_ms) if wait_ms < MAX_WAIT_MS else int(MAX_WAIT_MS)


def outlook(model: WaitModel, situation: Situation) -> Outlook | None:
    """Prepare estimates for everybody in the line of ``situation``, whoever is ahead of them; None
    where no counter can serve. It holds until the model learns or a counter changes.
    """
    if situation.servers <= 0.0:
        return None
    scale = max(situation.service_ms, 1.0)
    weights, features = model.weights, _features(situation)
    middle = _offset(model, situation.line)
    for fixed in (ONE, COUNTERS, ELAPSED, LAST, OVERTAKING):
        middle += features[fixed] * weights[fixed]
    return Outlook(
        middle=middle,
        scale=scale,
        servers=max(situation.servers, 0.3),
        patience=_patience(situation, scale),
        just_free=situation.just_free,
        lately_free=situation.lately_free,
        theory=weights[THEORY],
        place=weights[PLACE],
        just=weights[JUST],
        lately=weights[LATELY],
        waited=weights[WAITED],
        tails=_shares(model.tails),
        due=_due(model.at_once),
        late_tails=_shares(model.late_tails),
        late_due=_due(model.late_at_once),
    )


def _shares(tails: list[Tail]) -> tuple[tuple[float, float], ...]:
    return tuple((math.exp(min(one.low, 0.0)), math.exp(max(one.high, 0.0))) for one in tails)


def _due(due: AtOnce) -> Estimate:
    return Estimate(
        _whole(math.exp(due.median)), _whole(math.exp(due.low)), _whole(math.exp(due.high))
    )


def _is_late(waited_ms: float, median_ms: float) -> bool:
    """See :data:`LATE`; ``median_ms`` is what they have left."""
    return waited_ms > LATE * median_ms


def due_at_once(line: Outlook, waited_ms: float = 0.0) -> Estimate:
    """The estimate of one whose call is due at once."""
    return line.late_due if _is_late(waited_ms, line.due.median_ms) else line.due


def foresee(line: Outlook, ahead: float, work_ahead_ms: float, waited_ms: float = 0.0) -> Estimate:
    """The estimate of one who has ``ahead`` people with ``work_ahead_ms`` of work before them."""
    log, scale = math.log, line.scale
    place = min(max(ahead, 0.0), MAX_AHEAD) + MEDIAN_PLACE
    theory = _theory(work_ahead_ms, scale, line.servers, line.patience)
    middle = line.middle + line.theory * log(theory) + line.place * log(place)
    if line.just_free > 0.0:
        middle += line.just * log(1.0 + line.just_free / place)
    if line.lately_free > 0.0:
        middle += line.lately * log(1.0 + line.lately_free / place)
    if waited_ms > 0.0:
        middle += line.waited * log(1.0 + waited_ms / scale)
    median_ms, floor_ms = math.exp(min(middle, HIGHEST)) * scale, FLOOR * scale
    tails = line.late_tails if _is_late(waited_ms, median_ms) else line.tails
    low, high = tails[bisect_right(TAIL_EDGES, ahead)]
    return Estimate(
        _whole(median_ms - floor_ms),
        _whole(median_ms * low - floor_ms),
        _whole(median_ms * high - floor_ms),
    )


def estimate(model: WaitModel, situation: Situation) -> Estimate | None:
    """How long until the call, for one who stays until then; None where no counter can serve.

    For someone who waits already, give the situation at their present place: the answer is the
    time left. The median never falls when ``ahead`` and ``work_ahead_ms`` grow and all else
    stays, see :func:`learn`.
    """
    line = outlook(model, situation)
    if line is None:
        return None
    if situation.at_once:
        return due_at_once(line, situation.waited_ms)
    return foresee(line, situation.ahead, situation.work_ahead_ms, situation.waited_ms)


def learn(model: WaitModel, situation: Situation, waited_ms: float) -> None:
    """A wait that began in ``situation`` ended in a call after ``waited_ms`` >= 0. In place.

    To keep the revised estimates honest too, learn one of them as well: keep the situation of
    the first revision after the median first told had passed, and when the call comes, learn it
    with the time that was left. It moves the intervals of those who are late, see :data:`LATE`,
    and leaves those that are told on arrival.

    Only waits that ended in service are learned. The estimate answers "if I stay, when am I
    called?", and can be checked against those who were called; the wait of one who gave up is
    not the wait they would have had. What they do tell is used: they shorten the line for those
    behind them, by :class:`~.observed.Patience`, where in turn the *served* are the censored
    ones. The price: where many give up, the few with very much patience wait a little longer
    than told. Folding the censored waits in (a Tobit step) was measured: it answers "if I had
    endless patience", and is a little wider and a little worse for those who were served.

    The coefficients of what grows with the number ahead are kept on their side of 0, so that
    more people ahead never lower the median, whatever was learned.
    """
    if not math.isfinite(waited_ms) or situation.servers <= 0.0:
        return
    waited = min(max(waited_ms, 0.0), MAX_WAIT_MS)
    if situation.at_once:
        is_late = _is_late(situation.waited_ms, math.exp(model.at_once.median))
        _learn_at_once(model.late_at_once if is_late else model.at_once, waited)
        return
    x = _features(situation)
    fitted = sum(map(mul, x, model.weights))
    offset = _offset(model, situation.line)
    wait = math.log(waited / max(situation.service_ms, 1.0) + FLOOR)
    residual = wait - fitted - offset
    spread = _spread(min(max(situation.ahead, 0.0), MAX_AHEAD))

    median_ms = math.exp(min(fitted + offset, HIGHEST)) * max(situation.service_ms, 1.0)
    is_late = _is_late(situation.waited_ms, median_ms)
    # Who waits already and is not late is told by the quantiles of newcomers, and does not move them.
    if is_late or not situation.waited_ms:
        tails = model.late_tails if is_late else model.tails
        _learn_tail(tails[bisect_right(TAIL_EDGES, situation.ahead)], residual, spread)
    _learn_line(model, situation.line, wait - fitted)

    # Recursive least squares: a Kalman filter whose state stands still.
    bound = HUBER * spread
    residual = min(max(residual, -bound), bound)
    cx = [sum(map(mul, row, x)) for row in model.covariance]
    gain = 1.0 / (spread * spread + sum(map(mul, cx, x)))
    by = residual * gain
    weights = [w + c * by for w, c in zip(model.weights, cx, strict=True)]
    for rising in (THEORY, PLACE):
        weights[rising] = max(weights[rising], 0.0)
    for falling in (JUST, LATELY):
        weights[falling] = min(weights[falling], 0.0)
    model.weights = weights
    for row, c in zip(model.covariance, cx, strict=True):
        by = c * gain
        row[:] = [value - by * other for value, other in zip(row, cx, strict=True)]
    model.learned += 1


def _learn_tail(tail: Tail, residual: float, spread: float) -> None:
    tail.seen += 1
    step = TAIL_STEP * spread * max(TAIL_STEP_LEAST, 1.0 / (tail.seen + TAIL_WORTH))
    tail.low += step * (0.05 - (residual < tail.low))
    tail.high += step * (0.95 - (residual < tail.high))
    tail.low = min(max(tail.low, -TAIL_LIMIT), 0.0)
    tail.high = min(max(tail.high, 0.0), TAIL_LIMIT)


def _learn_line(model: WaitModel, line: str, residual: float) -> None:
    offset = model.lines.get(line)
    if offset is None:
        if len(model.lines) >= LINES_KEPT:
            del model.lines[min(model.lines, key=lambda name: model.lines[name].seen)]
        offset = model.lines[line] = Offset()
    offset.total = offset.total * LINE_FADE + residual
    offset.seen = offset.seen * LINE_FADE + 1.0


def _learn_at_once(due: AtOnce, waited: float) -> None:
    due.seen += 1
    step = 4.0 * max(TAIL_STEP_LEAST, 1.0 / (due.seen + TAIL_WORTH))
    log = math.log(max(waited, 1_000.0))
    due.median += step * (0.5 - (log < due.median))
    due.low = min(due.low + step * (0.05 - (log < due.low)), due.median)
    due.high = max(due.high + step * (0.95 - (log < due.high)), due.median)
