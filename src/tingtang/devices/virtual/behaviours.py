"""Which type behaves how. A type that is not here still runs, as ``anything`` does."""

from tingtang.devices.virtual import building, in_the_hall, media, power_and_network
from tingtang.devices.virtual.body import Step, anything

STEPS: dict[str, Step] = {
    "light": building.light,
    "curtain": building.curtain,
    "projection_screen": building.projection_screen,
    "scent": building.scent,
    "lux_sensor": building.lux_sensor,
    "air_sensor": building.air_sensor,
    "door": building.door,
    "call_button": building.call_button,
    "ups": power_and_network.ups,
    "router": power_and_network.router,
    "kiosk": in_the_hall.kiosk,
    "dispenser": in_the_hall.dispenser,
    "ticket_machine": in_the_hall.ticket_machine,
    "health_station": in_the_hall.health_station,
    "cash_recycler": in_the_hall.cash_recycler,
    "locker": in_the_hall.locker,
    "coffee_printer": in_the_hall.coffee_printer,
    "camera": in_the_hall.camera,
    "robot": in_the_hall.robot,
    "projector": media.projector,
    "document_camera": media.document_camera,
    "signage_player": media.signage_player,
    "recorder": media.recorder,
    "pc": media.pc,
}


def step_of(code: str) -> Step:
    """How a type behaves."""
    return STEPS.get(code, anything)
