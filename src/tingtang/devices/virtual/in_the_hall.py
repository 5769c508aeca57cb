"""Behaviour of the machines customers stand before, and of those that watch and guide them."""

import math

from tingtang.devices.virtual.body import Body, Moment, approach, wander
from tingtang.devices.virtual.hopper import is_told

SERVED_EVERY_S = 240.0
"""A kiosk in a full hall serves a customer this often."""
NOTES_LOADED = 4_000.0
NEAR_TOLD_EVERY_S = 20.0
"""Somebody who comes near is told of at most this often."""


def kiosk(body: Body, moment: Moment) -> None:
    """Serves people as long as its parts work; each takes paper, some take notes or leave them."""
    computer(body, moment, busy=moment.around.people)
    _warmth(body, moment, "cabinet_temperature")
    body.measure("link_quality", wander(body.number("link_quality") or -62, -62, 4, moment))
    if not body.serves or not _customer_comes(moment, SERVED_EVERY_S):
        return
    body.tell(moment, "touched")
    kind = moment.random.random()
    if kind < 0.35 and body.works("cash"):
        paid = moment.random.randint(5, 60)
        done = body.use("notes", paid) if kind < 0.2 else _take_in(body, "notes", paid)
    elif kind < 0.42 and body.works("certificate"):
        done = body.use("certificates", 1)
    else:
        done = body.works("card_reader")
    if done:
        body.count("served")
        body.use("receipt_paper", 0.14)


def dispenser(body: Body, moment: Moment) -> None:
    """Gives out what was ordered."""
    _warmth(body, moment, "cabinet_temperature")
    if not body.serves or not _customer_comes(moment, SERVED_EVERY_S * 4):
        return
    what = moment.random.choices(("cards", "keys", "vouchers"), (6, 3, 1))[0]
    module = {"cards": "card_hopper", "keys": "key_hopper", "vouchers": "voucher_hopper"}[what]
    if not is_told(body, module) and body.works(module) and body.use(what, 1):
        body.count("given")
        if moment.random.random() < 0.03:
            body.count("retained")  # not taken in time, drawn in again


def ticket_machine(body: Body, moment: Moment) -> None:
    computer(body, moment, busy=moment.around.people)
    ready = body.serves and body.works("printer")
    if ready and _customer_comes(moment, 90) and body.use("ticket_paper", 1):
        body.count("tickets")


def health_station(body: Body, moment: Moment) -> None:
    if body.serves and body.works("scale") and _customer_comes(moment, SERVED_EVERY_S * 5):
        body.count("used")
        body.use("paper", 0.1)


def cash_recycler(body: Body, moment: Moment) -> None:
    """What a teller pays in and out, a few hundred notes an hour."""
    if not body.serves or not body.works("cash") or not _customer_comes(moment, 400):
        return
    notes = moment.random.randint(10, 200)
    if moment.random.random() < 0.5:
        if body.use("notes", notes):
            body.count("notes_out", notes)
    elif _take_in(body, "notes", notes):
        body.count("notes_in", notes)
        body.count("rejected", moment.random.choice((0, 0, 0, 1, 2)))


def locker(body: Body, moment: Moment) -> None:
    """Cells that were opened are shut after a while. Who comes does what they came for: puts
    something into an empty cell, takes what lies in a full one.
    """
    _warmth(body, moment, "temperature")
    for name in [name for name in body.hidden if name.startswith("cell_")]:
        body.hidden[name] -= moment.seconds
        if body.hidden[name] <= 0:
            del body.hidden[name]
            cell = name.removeprefix("cell_")
            occupied = not body.hidden.pop(f"full_{cell}", 0.0)
            if occupied:
                body.hidden[f"full_{cell}"] = 1.0
            body.tell(moment, "cell_closed", cell=float(cell), occupied=occupied)
    body.measure("cells_open", float(sum(name.startswith("cell_") for name in body.hidden)))
    body.measure("cells_used", float(len(full_cells(body))))


def full_cells(body: Body) -> list[int]:
    """The cells of a locker whose sensors see something."""
    return sorted(int(n.removeprefix("full_")) for n in body.hidden if n.startswith("full_"))


def open_cell(body: Body, moment: Moment, cell: int) -> None:
    """Open a cell; somebody shuts it within half a minute."""
    if f"cell_{cell}" in body.hidden:
        return
    body.hidden[f"cell_{cell}"] = moment.random.uniform(8, 30)
    body.measure("cells_open", float(sum(name.startswith("cell_") for name in body.hidden)))
    body.tell(moment, "cell_opened", cell=float(cell))


def coffee_printer(body: Body, moment: Moment) -> None:
    """One drink after another; each uses beans, milk, ink and a cup."""
    heats = body.serves and body.works("boiler")
    boiler = body.number("boiler_temperature") or 20.0
    body.measure("boiler_temperature", approach(boiler, 94 if heats else 24, moment, 180))
    queue = body.hidden.get("queue", 0.0)
    if body.serves and _customer_comes(moment, SERVED_EVERY_S * 3):
        queue = min(6.0, queue + 1)
    if queue and heats and body.works("printhead") and body.works("grinder"):
        left_s = body.hidden.get("drink_s", 75.0) - moment.seconds
        body.hidden["drink_s"] = left_s
        if left_s <= 0 and all(body.left[name] >= need for name, need in OF_A_DRINK.items()):
            for name, need in OF_A_DRINK.items():
                body.use(name, need)
            queue -= 1
            body.hidden["drink_s"] = moment.random.uniform(60, 90)
            body.count("served")
            body.tell(moment, "job_done")
    body.hidden["queue"] = queue
    body.measure("queue", queue)


OF_A_DRINK = {"beans": 18.0, "milk": 150.0, "ink": 1.0, "cups": 1.0}
"""g, ml, drinks, pieces."""


def camera(body: Body, moment: Moment) -> None:
    """Counts who comes and goes: as many come as make the hall as full as the hour has it."""
    body.measure("frame_rate", 25.0 if body.works("lens") else 0.0)
    body.measure("bitrate", moment.random.gauss(4.2, 0.3) if body.works("lens") else 0.0)
    inside = body.hidden.get("inside", 0.0)
    wanted = 40 * moment.around.people
    stay_s = 900.0
    entered = _poisson(moment, moment.seconds * wanted / stay_s)
    left = min(inside, float(_poisson(moment, moment.seconds * inside / stay_s)))
    body.hidden["inside"] = inside = inside + entered - left
    body.hidden["told_s"] = body.hidden.get("told_s", NEAR_TOLD_EVERY_S) + moment.seconds
    if not body.is_on("counting") or not body.works("counter") or not body.works("lens"):
        return
    body.count("entered", entered)
    body.count("left", left)
    body.measure("people", inside)
    if entered and body.hidden["told_s"] >= NEAR_TOLD_EVERY_S:
        body.hidden["told_s"] = 0.0
        body.tell(moment, "person_near", people=float(entered))


def robot(body: Body, moment: Moment) -> None:
    """Walks between places, greets people, goes to its dock when the battery runs low."""
    charge = body.hidden.setdefault("charge", moment.random.uniform(60, 100))
    on_duty = body.is_on("on_duty") and body.works("drive") and body.works("lidar")
    charges = body.measured.get("charging") is True
    if charge < 18 or not on_duty:
        charges = True
    elif charge > 92:
        charges = False
    drain, gain = 100 * moment.seconds / (7 * 3600), 100 * moment.seconds / (2 * 3600)
    body.hidden["charge"] = min(100.0, max(0.0, charge + (gain if charges else -drain)))
    body.measure("charging", charges)
    body.measure("battery", round(body.hidden["charge"], 1))
    if charges:
        _walk(body, moment, *DOCK)
        return
    goal = (body.targets.get("x"), body.targets.get("y"))
    if goal[0] is None or goal[1] is None or _walk(body, moment, goal[0], goal[1]):
        body.targets.pop("x", None)
        body.targets.pop("y", None)
        if moment.happens(40):
            body.targets["x"] = moment.random.uniform(11, 19)
            body.targets["y"] = moment.random.uniform(2, 11)
    if _customer_comes(moment, 120):
        body.count("greeted")


DOCK = (18.0, 1.2)
"""On the floor plan, in metres."""


def _walk(body: Body, moment: Moment, x: float, y: float) -> bool:
    """Walk towards a place; True when there."""
    at_x, at_y = body.hidden.setdefault("x", DOCK[0]), body.hidden.setdefault("y", DOCK[1])
    far = math.hypot(x - at_x, y - at_y)
    step = (body.number("speed") or 0.5) * moment.seconds
    if far > step:
        x, y = at_x + (x - at_x) * step / far, at_y + (y - at_y) * step / far
    body.hidden["x"], body.hidden["y"] = x, y
    body.measure("x", x)
    body.measure("y", y)
    return far <= step


def _customer_comes(moment: Moment, every_s: float) -> bool:
    """Whether one more customer used it in this step; ``every_s`` is for a full hall."""
    return moment.around.people > 0 and moment.happens(every_s / moment.around.people)


def _take_in(body: Body, name: str, amount: float) -> bool:
    full = next(one.full for one in body.type.consumables if one.name == name)
    if body.left[name] + amount > full:
        return False
    body.left[name] += amount
    return True


def _poisson(moment: Moment, mean: float) -> int:
    """A Poisson number, by Knuth's method; ``mean`` is small."""
    limit, count, product = math.exp(-mean), 0, moment.random.random()
    while product > limit:
        count += 1
        product *= moment.random.random()
    return count


def computer(body: Body, moment: Moment, busy: float) -> None:
    """A computer's load."""
    body.measure("cpu", wander(body.number("cpu") or 14, 12 + 30 * busy, 6, moment, 1))
    body.measure("memory", wander(body.number("memory") or 46, 46 + 8 * busy, 3, moment, 20))


def _warmth(body: Body, moment: Moment, name: str) -> None:
    """A cabinet is some degrees warmer than the hall."""
    now = body.number(name) or 27.0
    body.measure(name, round(approach(now, 29 + 4 * moment.around.people, moment, 1800), 2))
