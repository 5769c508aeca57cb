"""Behaviour of the branch's power supply and of its way to the outside (R022)."""

import math

from tingtang.devices.model.wire import Health, ModuleReport
from tingtang.devices.virtual.body import Body, Moment, wander

MAINS_FAILS_EVERY_S = 4 * 3600.0
MAINS_BACK_IN_S = 90.0
BATTERY_LASTS_S = 40 * 60.0
"""At half load."""
CHARGES_IN_S = 3 * 3600.0

LINE_FAILS_EVERY_S = 45 * 60.0
LINE_BACK_IN_S = 75.0
FADES_EVERY_S = 20 * 60.0
FADE_ENDS_IN_S = 20.0
SIGNAL_HOME, SIGNAL_FADED = -88.0, -119.0
"""RSRP in dBm: good indoor coverage, and the edge of it (3GPP TS 38.133 reports -156 to -31)."""
USABLE_ABOVE = -114.0
CHANGE_OVER_AFTER_S = 3.0
"""A link must be gone for this long before the router leaves it."""
GO_BACK_AFTER_S = 30.0
"""And be back for this long before the router trusts it again, lest it flap."""
NONE, FIXED, LTE, NR = 0, 1, 4, 5
"""Values of link_kind."""


def ups(body: Body, moment: Moment) -> None:
    """Mains go and come back; the battery drains by the load and charges slowly."""
    charge = body.hidden.setdefault("charge", 100.0)
    load = wander(body.number("load") or 42, 42, 5, moment)
    has_mains = body.modules["mains"].health is Health.OK
    was_on_battery = body.measured.get("on_battery") is True
    if has_mains and body.fault_factor and moment.happens(MAINS_FAILS_EVERY_S / body.fault_factor):
        body.modules["mains"] = ModuleReport(Health.FAULT, "mains_lost")
        has_mains = False
    elif not has_mains and moment.happens(MAINS_BACK_IN_S):
        body.modules["mains"] = ModuleReport(Health.OK)
        has_mains = True
    if has_mains:
        charge += 100 * moment.seconds / CHARGES_IN_S
    else:
        charge -= 100 * moment.seconds / BATTERY_LASTS_S * (load / 50)
    charge = min(100.0, max(0.0, charge))
    body.hidden["charge"] = charge
    if was_on_battery == has_mains:
        body.tell(moment, "mains_back" if has_mains else "mains_lost")
    body.measure("on_battery", not has_mains)
    body.measure("battery", round(charge, 1))
    body.measure("load", load)
    body.measure("runtime", charge / 100 * BATTERY_LASTS_S / 60 * 50 / load)
    body.measure("input_voltage", moment.random.gauss(221, 1.2) if has_mains else 0.0)


def router(body: Body, moment: Moment) -> None:
    """Two links that fail and fade; the better one that can be trusted carries the branch."""
    has_line = _up_and_down(body, moment, "line", LINE_FAILS_EVERY_S, LINE_BACK_IN_S)
    is_clear = _up_and_down(body, moment, "clear", FADES_EVERY_S, FADE_ENDS_IN_S)
    has_line = has_line and body.works("fixed_line")
    home = SIGNAL_HOME if is_clear else SIGNAL_FADED
    signal = wander(
        body.number("signal") if "signal" in body.hidden else home, home, 3, moment, 0.2
    )
    body.hidden["signal"] = signal
    has_mobile = body.works("modem") and signal > USABLE_ABOVE
    trusted = {
        FIXED: _trust(body, moment, "line", has_line),
        NR: _trust(body, moment, "mobile", has_mobile),
    }
    prefers = FIXED if body.properties.get("prefer") == "fixed" else NR
    other = NR if prefers == FIXED else FIXED
    kind = prefers if trusted[prefers] else other if trusted[other] else NONE
    if kind == NR and signal < -108:
        kind = LTE  # the phone network falls back before it gives up
    before = int(body.hidden.get("kind", -1.0))
    body.hidden["kind"] = kind
    is_backup = kind != NONE and (kind == FIXED) != (prefers == FIXED)
    if before >= 0 and (body.measured.get("on_backup") is True) != is_backup:
        body.count("failovers", 1 if is_backup else 0)
        body.tell(moment, "failover" if is_backup else "failback", link_kind=float(kind))
    body.measure("on_backup", is_backup)
    body.measure("link_kind", float(kind))
    body.measure("signal", round(signal, 1))
    body.measure("signal_noise", round(0.75 * (signal + 112) + moment.random.gauss(0, 1), 1))
    latency, loss = link_quality(kind, signal, carries=has_line if kind == FIXED else has_mobile)
    body.measure("latency", latency * moment.random.lognormvariate(0, 0.15))
    body.measure("loss", loss)
    busy = 4 + 60 * moment.around.people
    body.measure("rate", 0.0 if loss >= 100 else busy * moment.random.lognormvariate(0, 0.3))


def link_quality(kind: int, signal: float, *, carries: bool) -> tuple[float, float]:
    """Latency in ms and packet loss in %, for the link in use and its signal in dBm."""
    if kind == NONE or not carries:
        return 0.0, 100.0
    if kind == FIXED:
        return 7.0, 0.0
    weak = 1 / (1 + math.exp((signal + 108) / 3))  # from 0 to 1 around -108 dBm
    return (16.0 if kind == NR else 38.0) + 220 * weak, round(0.05 + 12 * weak, 2)


def _up_and_down(
    body: Body, moment: Moment, name: str, fails_every_s: float, back_in_s: float
) -> bool:
    """Something that is there most of the time."""
    is_up = body.hidden.setdefault(name, 1.0) > 0
    if is_up and body.fault_factor:
        is_up = not moment.happens(fails_every_s / body.fault_factor)
    elif not is_up:
        is_up = moment.happens(back_in_s)
    body.hidden[name] = float(is_up)
    return is_up


def _trust(body: Body, moment: Moment, name: str, is_there: bool) -> bool:
    """Whether the router counts on a link: it leaves late and comes back later."""
    trusted = body.hidden.setdefault(f"{name}_trusted", 1.0) > 0
    against = body.hidden.get(f"{name}_against", 0.0)
    against = against + moment.seconds if is_there != trusted else 0.0
    if against >= (CHANGE_OVER_AFTER_S if trusted else GO_BACK_AFTER_S):
        trusted, against = not trusted, 0.0
    body.hidden[f"{name}_trusted"] = float(trusted)
    body.hidden[f"{name}_against"] = against
    return trusted
