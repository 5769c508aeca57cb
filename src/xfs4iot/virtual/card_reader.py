"""A card reader: contact, contactless, identity cards with images, and a card dispenser."""

from base64 import b64decode, b64encode
from typing import ClassVar

import msgspec

from xfs4iot.errors import UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.card_parameters import (
    ChipIO,
    ChipPower,
    Move,
    ReadRawData,
    Reset,
    UnitWanted,
    WriteRawData,
)
from xfs4iot.virtual.card_world import Card, CardUnit, CardWorld, UnitKind
from xfs4iot.virtual.drawing import document
from xfs4iot.virtual.storage import StorageDevice

TRACKS = ("track1", "track2", "track3")
CONTACT, CONTACTLESS = "chipT0", "chipTypeAPart4"


class CardReader(StorageDevice):
    """The CardReader interface over a ``CardWorld``."""

    model: ClassVar[str] = "virtual card reader"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "CardReader", "Storage")
    events: ClassVar[tuple[str, ...]] = (
        *StorageDevice.events,
        "CardReader.InsertCardEvent",
        "CardReader.MediaInsertedEvent",
        "CardReader.MediaRemovedEvent",
        "CardReader.MediaDetectedEvent",
        "CardReader.InvalidMediaEvent",
        "CardReader.TrackDetectedEvent",
    )
    jam_codes: ClassVar[dict[str, str]] = {"CardReader": "mediaJam"}
    world: CardWorld

    def __init__(self, name: str = "CardReader", world: CardWorld | None = None) -> None:
        super().__init__(name, world or CardWorld())
        self._taken_seen = self.world.taken_count
        self._chip_on = False
        self.world.listen(self._watch_slot)

    # What it says of itself

    def status(self) -> dict[str, Payload]:
        world = self.world
        media = "present" if world.slot or world.transport else "notPresent"
        if world.jammed:
            media = "jammed"
        elif world.slot and not world.transport:
            media = "entering"
        chip = "noCard"
        if (inside := world.transport) is not None:
            chip = ("online" if self._chip_on else "poweredOff") if inside.chip else "noDevice"
        own = {
            "media": media,
            "security": "notSupported",
            "chipPower": chip,
            "chipModule": "ok",
            "magWriteModule": "ok",
            "frontImageModule": "ok",
            "backImageModule": "ok",
        }
        return super().status() | {"cardReader": own}

    def capabilities(self) -> dict[str, Payload]:
        motor = self.world.motor
        own: Payload = {
            "type": "motor" if motor else "dip",
            "readTracks": dict.fromkeys((*TRACKS, "frontImage", "backImage"), True),
            "writeTracks": dict.fromkeys(TRACKS, True),
            "chipProtocols": {CONTACT: True, CONTACTLESS: True},
            "securityType": "notSupported",
            "powerOnOption": "exit" if motor else "notSupported",
            "powerOffOption": "notSupported",
            "chipPower": {"cold": True, "warm": True, "off": True},
            "positions": {"exit": motor, "transport": True},
            "cardTakenSensor": True,
        }
        return super().capabilities() | {"cardReader": own}

    def _watch_slot(self) -> None:
        if self.world.taken_count != self._taken_seen:
            self._taken_seen = self.world.taken_count
            self.broadcast("CardReader.MediaRemovedEvent")

    def power_lost(self) -> None:
        super().power_lost()
        self._chip_on = False

    def power_restored(self) -> None:
        """A card found inside is given back, as powerOnOption says."""
        if self.world.motor and self.world.transport and not self.world.slot:
            self.world.push_out()

    # Reading and writing

    @command("CardReader.ReadRawData", ReadRawData)
    async def read_raw_data(self, request: Request, payload: ReadRawData) -> Reply:
        card = await self._card(request)
        found = {track: bool(getattr(card, track)) for track in TRACKS}
        if any(found.values()):
            request.event("CardReader.TrackDetectedEvent", found)
        await self.step(request, "read")
        reply: Payload = {}
        for track in TRACKS:
            if getattr(payload, track):
                reply[track] = _data(getattr(card, track), "dataMissing")
        if payload.chip:
            answer = card.chip.answer if card.chip else None
            reply["chip"] = [_data(answer, "dataSourceMissing")]
            self._chip_on = card.chip is not None
        for asked, name in (
            (payload.watermark, "watermark"),
            (payload.memory_chip, "memoryChip"),
            (payload.track1_front, "track1Front"),
            (payload.security, "security"),
        ):
            if asked:
                reply[name] = {"status": "dataSourceNotSupported"}
        if payload.front_image:
            reply["frontImage"] = _picture(card.front, card.front_picture)
        if payload.back_image:
            reply["backImage"] = _picture(card.back)
        return reply

    async def _card(self, request: Request) -> Card:
        """The card to work with: inside, at the antenna, or put in now."""
        world = self.world
        if world.transport:
            return world.transport
        if not world.slot and not world.field:
            request.event("CardReader.InsertCardEvent")
        with world.accepts():
            return await self._drawn_in(request)

    async def _drawn_in(self, request: Request) -> Card:
        """The next card that can be read."""
        world = self.world
        refused: Card | None = None
        while True:
            rejected = refused

            def there(rejected: Card | None = rejected) -> bool:
                new = world.slot if world.slot is not rejected else None
                return bool(new or world.transport or world.field)

            await self.wait(request, there, want="card")
            if world.field:
                if len(world.field) > 1:
                    raise refuse("cardCollision", "several cards are at the antenna")
                if not (world.field[0].contactless and world.field[0].chip):
                    raise refuse("invalidMedia", "the card has no contactless chip")
                return world.field[0]
            card = world.slot or world.transport
            if card is None:
                continue
            if not card.readable:
                request.event("CardReader.InvalidMediaEvent")
                refused = card
                continue
            if world.slot:
                await self.step(request, "take in")
                if world.slot is not card:
                    continue  # the customer was quicker
                world.take_in()
            request.event("CardReader.MediaInsertedEvent")
            return card

    @command("CardReader.WriteRawData", WriteRawData)
    async def write_raw_data(self, request: Request, payload: WriteRawData) -> Reply:
        if any(item.destination not in TRACKS for item in payload.data):
            raise UnsupportedData("only tracks 1 to 3 can be written")
        texts = {item.destination: _text(item.data) for item in payload.data}
        card = await self._card(request)
        await self.step(request, "write")
        for track, text in texts.items():
            setattr(card, track, text)
        return None

    # Moving

    @command("CardReader.Move", Move)
    async def move(self, request: Request, payload: Move) -> Reply:
        if not self.world.motor:
            raise UnsupportedData("the reader has no motor")
        source, target = payload.source, payload.target
        for place in (source, target):
            if place.startswith("unit") and place not in self.world.units:
                raise UnsupportedData(f"there is no {place}")
        if source == target:
            raise UnsupportedData("from and to are the same place")
        # Checked before anything moves, so that a refused command leaves every card where it was.
        self._check_target(source, target)
        await self._bring_inside(request, source)
        if target == "exit":
            await self.step(request, "eject")
            self.world.push_out()
        elif target in self.world.units:
            await self.step(request, "store")
            self.world.store(self.world.units[target])
        return None

    def _check_target(self, source: str, target: str) -> None:
        world = self.world
        if source == "exit" and not world.slot:
            raise refuse("noMedia", "there is no card at the exit")
        if source == "transport" and not world.transport:
            raise refuse("noMedia", "there is no card inside")
        if source.startswith("unit"):
            if not world.units[source].cards:
                raise refuse("noMedia", f"{source} is empty")
            if world.transport:
                raise refuse("occupied", "there is a card inside")
        if source == "exit" and world.transport:
            raise refuse("occupied", "there is a card inside")
        if target == "exit" and world.slot:
            raise refuse("occupied", "there is a card at the exit")
        if target.startswith("unit"):
            unit = world.units[target]
            if len(unit.cards) >= unit.capacity:
                raise refuse("full", f"{target} is full")

    async def _bring_inside(self, request: Request, source: str) -> None:
        if source == "exit":
            with self.world.accepts():
                await self.step(request, "take in")
            if not self.world.slot:
                raise refuse("noMedia", "the card was taken")
            self.world.take_in()
        elif source != "transport":
            await self.step(request, "feed")
            self.world.feed(self.world.units[source])

    @command("CardReader.Reset", Reset)
    async def reset(self, request: Request, payload: Reset) -> Reply:
        world = self.world
        await self.step(request, "reset")
        if world.jammed:
            raise refuse("mediaJam", "the jam has to be cleared by hand")
        self._chip_on = False
        if not world.transport:
            return None
        if payload.to == "retain":
            unit = self._retain_unit(payload.storage_id)
            world.store(world.units[unit])
            request.event("CardReader.MediaDetectedEvent", {"position": unit})
        elif payload.to == "exit" and world.motor and not world.slot:
            world.push_out()
            request.event("CardReader.MediaDetectedEvent", {"position": "exit"})
        return None

    def _retain_unit(self, wanted: str | None) -> str:
        for name, unit in self.world.units.items():
            if unit.kind is UnitKind.RETAIN and wanted in {None, name}:
                if len(unit.cards) < unit.capacity:
                    return name
                raise refuse("retainBinFull", f"{name} is full")
        raise UnsupportedData("there is no unit to retain cards")

    # Chips

    @command("CardReader.ChipPower", ChipPower)
    async def chip_power(self, request: Request, payload: ChipPower) -> Reply:
        card = self._chip_card()
        await self.step(request, "chip power")
        self._chip_on = payload.chip_power != "off"
        if not self._chip_on or card.chip is None:
            return None
        return {"chipData": b64encode(card.chip.answer).decode()}

    @command("CardReader.ChipIO", ChipIO)
    async def chip_io(self, request: Request, payload: ChipIO) -> Reply:
        if payload.chip_protocol not in {CONTACT, CONTACTLESS}:
            raise refuse("protocolNotSupported", f"{payload.chip_protocol} is not supported")
        self._chip_card()
        await self.step(request, "chip")
        reply = self.chip_reply(_bytes(payload.chip_data))
        return {"chipProtocol": payload.chip_protocol, "chipData": b64encode(reply).decode()}

    def chip_reply(self, command: bytes) -> bytes:
        """What the chip inside answers; a PIN pad that is wired to this reader asks so too. Raises what
        the command of either fails with.
        """
        card = self._chip_card()
        return card.chip.reply(command) if card.chip else b""

    def _chip_card(self) -> Card:
        if len(self.world.field) > 1:
            raise refuse("cardCollision", "several cards are at the antenna")
        card = self.world.transport or next(iter(self.world.field), None)
        if card is None:
            raise refuse("noMedia", "there is no card")
        if card.chip is None:
            raise refuse("invalidMedia", "the card has no chip")
        return card

    # Storage

    def storage(self) -> dict[str, Payload]:
        return {name: self._unit(name, unit) for name, unit in self.world.units.items()}

    def _unit(self, name: str, unit: CardUnit) -> Payload:
        state: Payload = {
            "initialCount": unit.initial,
            "count": unit.count,
            "retainCount": unit.retained,
            "replenishmentStatus": unit.level(),
        }
        card = {
            "capabilities": {"type": unit.kind, "hardwareSensors": True},
            "configuration": {"cardID": unit.card_id, "threshold": unit.threshold},
            "status": state,
        }
        return {"id": name[-5:], "capacity": unit.capacity, "status": "ok", "card": card}

    def fill_level(self, unit: str) -> str:
        return self.world.units[unit].level()

    def check_storage(self, unit: str, wanted: Payload) -> None:
        card = msgspec.convert(wanted, UnitWanted).card
        initial = card and card.status and card.status.initial_count
        if initial and initial > self.world.units[unit].capacity:
            raise UnsupportedData(f"{unit} holds {self.world.units[unit].capacity} cards")

    def set_storage(self, unit: str, wanted: Payload) -> None:
        held, card = self.world.units[unit], msgspec.convert(wanted, UnitWanted).card
        if card and card.configuration:
            if card.configuration.card_id is not None:
                held.card_id = card.configuration.card_id
            if card.configuration.threshold is not None:
                held.threshold = card.configuration.threshold
        if card and card.status and card.status.initial_count is not None:
            held.initial = held.count = card.status.initial_count
            held.retained = 0


def _data(value: str | bytes | None, missing: str) -> Payload:
    if value is None:
        return {"status": missing}
    raw = value.encode() if isinstance(value, str) else value
    return {"status": "ok", "data": b64encode(raw).decode()}


def _picture(lines: tuple[str, ...], seen: bytes = b"") -> str:
    return b64encode(seen or document(list(lines)).bmp()).decode()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise refuse("invalidData", "chipData is not Base64") from None


def _text(data: str) -> str:
    try:
        return b64decode(data, validate=True).decode("ascii")
    except ValueError:
        raise UnsupportedData("track data is Base64 of ASCII characters") from None
