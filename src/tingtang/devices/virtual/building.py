"""Behaviour of what belongs to the building: light, curtains, scent, doors, air, daylight."""

import math

from tingtang.devices.virtual.body import Body, Moment, approach, move, wander

DAYLIGHT_FACTOR = 0.02
"""Of the light outdoors, what reaches a desk behind open curtains; 2 % is a well-lit room (CIE)."""
THROUGH_CURTAINS = 0.12
"""Of that, what comes through closed curtains."""
SCENT_ML_PER_S = 2.0 / 3600
"""At full level."""
CO2_OUTDOORS = 420.0
CO2_OF_FULL_HALL = 650.0
STANDBY_W = 0.5


def light(body: Body, moment: Moment) -> None:
    """Power from level. An LED driver draws about a twelfth of its rating before it gives light."""
    rated = body.hidden.setdefault("rated_w", float(round(moment.random.uniform(90, 480))))
    watts = STANDBY_W
    if body.is_on() and body.works("driver"):
        watts = rated * (0.08 + 0.92 * body.number("level") / 100)
    body.measure("power", watts)
    # Kept apart, because what is reported is rounded.
    energy = body.hidden.get("energy", 0.0) + watts * moment.seconds / 3_600_000
    body.hidden["energy"] = energy
    body.measure("energy", energy)


def curtain(body: Body, moment: Moment) -> None:
    """The motor moves it over its whole way in ten seconds."""
    _motor(body, moment, per_s=10)


def projection_screen(body: Body, moment: Moment) -> None:
    """Down in twenty seconds."""
    _motor(body, moment, per_s=5)


def _motor(body: Body, moment: Moment, per_s: float) -> None:
    moves = body.works("motor") and move(body, moment, "position", per_s)
    body.measure("motor_current", 0.8 + moment.random.gauss(0, 0.05) if moves else 0.0)


def scent(body: Body, moment: Moment) -> None:
    """Uses oil by its level; the timer runs down and switches it off."""
    on = body.is_on() and body.works("pump")
    if on and not body.use("oil", SCENT_ML_PER_S * moment.seconds * body.number("level") / 100):
        on = body.properties["on"] = False
    timer = body.number("timer")
    if timer != body.hidden.get("timer_shown", 0.0):
        body.hidden["timer_s"] = timer * 60  # it was set anew
    if on and timer:
        left_s = max(0.0, body.hidden["timer_s"] - moment.seconds)
        body.hidden["timer_s"] = left_s
        body.properties["timer"] = timer = float(math.ceil(left_s / 60))
        if not left_s:
            body.properties["on"] = False
    body.hidden["timer_shown"] = timer
    body.measure("power", 6 + 0.18 * body.number("level") if on else STANDBY_W)


def lux_sensor(body: Body, moment: Moment) -> None:
    """What daylight and lamps give at its place."""
    around = moment.around
    share = THROUGH_CURTAINS + (1 - THROUGH_CURTAINS) * around.curtains_open
    lux = around.daylight * DAYLIGHT_FACTOR * share + around.lamp_light
    body.measure("lux", lux * (1 + moment.random.gauss(0, 0.01)))
    _battery(body, moment, days=400)


def air_sensor(body: Body, moment: Moment) -> None:
    """People breathe; the air conditioning holds 24 °C against the weather."""
    around = moment.around
    goal = 24 + 0.06 * (around.outdoor_temperature - 24) + 1.2 * around.people
    known = body.hidden.get("air", 0.0) > 0
    body.hidden["air"] = 1.0
    if not known:
        body.measure("temperature", goal)
        body.measure("co2", CO2_OUTDOORS)
        body.measure("humidity", 48)
        body.measure("pm25", 18)
    body.measure("temperature", approach(body.number("temperature"), goal, moment, 1200))
    co2 = CO2_OUTDOORS + CO2_OF_FULL_HALL * around.people
    body.measure("co2", approach(body.number("co2"), co2, moment, 1200))
    body.measure("humidity", wander(body.number("humidity"), 48 + 6 * around.people, 3, moment, 60))
    body.measure("pm25", wander(body.number("pm25"), 18, 6, moment, 120))


def door(body: Body, moment: Moment) -> None:
    """Opens for everybody who comes and goes while it is automatic, and shuts after five seconds."""
    mode = body.properties.get("mode")
    shut_in = body.hidden.get("shut_in", 0.0) - moment.seconds
    busy = moment.around.people > 0
    if mode == "automatic" and busy and body.works("motor"):
        every_s = 25 / moment.around.people
        if shut_in <= 0 and moment.happens(every_s):
            open_once(body)
            return
    body.hidden["shut_in"] = max(0.0, shut_in)
    body.measure("is_open", mode == "held_open" or (shut_in > 0 and mode != "locked"))


def open_once(body: Body) -> None:
    """Open now, and shut in five seconds."""
    body.hidden["shut_in"] = 5.0
    body.measure("is_open", True)
    body.count("openings")


def call_button(body: Body, moment: Moment) -> None:
    """Somebody needs help about every three quarters of an hour of a full hall."""
    people = moment.around.people
    if people and body.works("button") and moment.happens(2700 / people):
        body.count("pressed")
        body.tell(moment, "pressed")
    _battery(body, moment, days=700)


def _battery(body: Body, moment: Moment, days: float) -> None:
    if "charge" not in body.hidden:
        body.hidden["charge"] = moment.random.uniform(40, 100)
    lost = 100 * moment.seconds / (days * 86_400)
    body.hidden["charge"] = max(0.0, body.hidden["charge"] - lost)
    body.measure("battery", round(body.hidden["charge"], 1))
