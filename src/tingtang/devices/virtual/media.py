"""Behaviour of screens, projectors and what feeds them."""

from tingtang.devices.virtual.body import Body, Moment, approach, wander
from tingtang.devices.virtual.in_the_hall import computer

LAMP_HOURS = 20_000.0
STANDBY_W = 0.5


def projector(body: Body, moment: Moment) -> None:
    """Its light source ages while it is lit."""
    lit = body.is_on() and body.works("lamp")
    hours = body.hidden.setdefault("lamp_hours", LAMP_HOURS - body.left["lamp_left"])
    if lit:
        hours += moment.seconds / 3600
        body.hidden["lamp_hours"] = hours
        body.left["lamp_left"] = max(0.0, LAMP_HOURS - hours)
    body.measure("lamp_hours", round(hours, 2))
    hot = (66 if body.works("fan") else 96) if lit else 25
    body.measure("temperature", approach(body.number("temperature") or 25, hot, moment, 240))
    body.measure("power", moment.random.gauss(318, 4) if lit else STANDBY_W)


def document_camera(body: Body, _moment: Moment) -> None:
    lamp = 9 if body.is_on("lamp") else 0
    body.measure("power", 11 + lamp if body.is_on() else STANDBY_W)


def signage_player(body: Body, moment: Moment) -> None:
    """Power from brightness; people touch it."""
    lit = body.is_on() and body.works("panel")
    brightness = body.number("brightness") or 70
    body.measure("power", 45 + 2.1 * brightness if lit else STANDBY_W)
    hot = 28 + 0.2 * brightness if lit else 25
    body.measure(
        "panel_temperature", approach(body.number("panel_temperature") or 25, hot, moment, 600)
    )
    if lit:
        body.measure("cpu", wander(body.number("cpu") or 28, 28, 6, moment, 1))
        body.measure("frames_dropped", abs(moment.random.gauss(0, 0.15)))
        if moment.around.people and moment.happens(300 / moment.around.people):
            body.tell(moment, "touched")


def recorder(body: Body, moment: Moment) -> None:
    """A ring of days: the disk fills to 92 % and then the oldest goes."""
    used = body.hidden.setdefault("used", moment.random.uniform(60, 92))
    records = body.is_on("recording") and body.works("disk")
    if records:
        used = min(92.0, used + 100 * moment.seconds / (30 * 86_400))
        body.hidden["used"] = used
    body.measure("disk_used", round(used, 2))
    body.measure("channels", 16.0 if records else 0.0)
    body.measure("days_kept", 30.0)
    body.measure(
        "disk_temperature", wander(body.number("disk_temperature") or 41, 41, 2, moment, 30)
    )


def pc(body: Body, moment: Moment) -> None:
    computer(body, moment, busy=moment.around.people * 0.5)
    body.measure("disk_used", body.hidden.setdefault("disk", moment.random.uniform(30, 70)))
