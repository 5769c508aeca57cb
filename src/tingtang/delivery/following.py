"""What an order is told when something happened to its cell. Pure."""

from tingtang.delivery.model import cabinet_events as ce
from tingtang.delivery.model import item as m


def of_cell(event: object, device: str) -> m.Command | None:
    """What an order is told when something happened to its cell."""
    match event:
        case ce.CellFilled():
            return m.NoteLoaded(event.by, device, event.cell)
        case ce.CellEmptied(purpose=ce.Purpose.PICK_UP):
            return m.HandedOver(event.by, event.opening)
        case ce.CellEmptied(purpose=ce.Purpose.TAKE_BACK):
            return m.Return(event.by, event.opening)
        case ce.CellEmptied(purpose=ce.Purpose.FORCED):
            return m.Miss(event.by)
        case ce.CellNotOpened() | ce.CellShutAsItWas():
            if event.purpose in {ce.Purpose.PICK_UP, ce.Purpose.TAKE_BACK}:
                return m.StillThere(event.opening, type(event).__name__)
        case ce.OpeningGivenUp():
            return m.StillThere(event.opening, "not_begun")
    return None
