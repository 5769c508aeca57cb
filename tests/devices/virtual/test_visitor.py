"""Who stands before a virtual machine brings things of their own, and gives way to the next."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from random import Random

import msgspec
import pytest

from tingtang.devices.model import token_commands as c
from tingtang.devices.virtual.listed import Listed, Stepping
from tingtang.devices.virtual.visitor import Visitor
from tingtang.devices.virtual.wallet import Token, Wallet
from tingtang.devices.virtual.xfs_machines import LOADED_FEN, XfsMachines, built
from tingtang.journeys.machine import reading
from xfs4iot.client import Connection
from xfs4iot.errors import CommandFailed
from xfs4iot.server import Host
from xfs4iot.virtual.cash_world import CashWorld

ONE = Wallet(
    name="赵文", id_number="990000199001011215", id_expires="2035-01-01", card="6228480000000011",
    books=("62284801", "62284802"), hundreds=3,
)  # fmt: skip
TOKEN = Token("UK00000007", "12ab", b64encode(b"certificate").decode())
TWO = Wallet(name="钱雨", id_number="990000199102021214")


class Stand:
    """A machine, and who stands before it."""

    def __init__(self, host: Host, visitor: Visitor) -> None:
        self.host, self.visitor = host, visitor

    async def tell(self, service: str, *commands: tuple[str, dict]) -> dict:
        """Give a service commands one after another; what the last one answered."""
        async with await Connection.open(self.host.uri_of(service)) as client:
            for name, payload in commands:
                done = await client.execute(name, payload, timeout_ms=20_000)
        return done.payload


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    services = built("kiosk", is_open=True)
    for one in services:
        one.world.step_ms = 0
    visitor = Visitor(services, ONE, delay_ms=0)
    async with Host(services) as host:
        visitor.start()
        yield Stand(host, visitor)
        visitor.stop()


async def test_the_paper_on_the_reader_is_their_own_and_then_the_next_ones(stand: Stand) -> None:
    read = ("CardReader.ReadRawData", {"chip": True, "frontImage": True})
    back = ("CardReader.Move", {"from": "transport", "to": "exit"})
    paper = reading.identity(await stand.tell("IdReader", read))
    assert (paper["id_number"], paper["name"]) == (ONE.id_number, "赵文")
    assert (paper["birth_date"], paper["expires"]) == ("1990-01-01", "2035-01-01")
    await stand.tell("IdReader", back)
    stand.visitor.gives_way_to(TWO)
    assert reading.identity(await stand.tell("IdReader", read))["id_number"] == TWO.id_number


async def test_a_bank_card_is_put_in(stand: Stand) -> None:
    card = await stand.tell("CardReader", ("CardReader.ReadRawData", {"track2": True}))
    assert reading.card_number(card) == ONE.card


@pytest.mark.shows("R107", part="a virtual customer plugs a U盾 in, and takes it along")
async def test_a_token_stays_in_the_port_until_its_owner_leaves(stand: Stand) -> None:
    asked = {"chipProtocol": "chipT0", "chipData": b64encode(c.READ_CERTIFICATE).decode()}
    wait, ask = ("CardReader.ReadRawData", {"chip": True}), ("CardReader.ChipIO", asked)
    stand.visitor.gives_way_to(msgspec.structs.replace(ONE, token=TOKEN))
    for _ in range(2):
        told = await stand.tell("KeyPort", wait, ask)
        assert c.answered(b64decode(told["chipData"])) == (b"certificate", c.DONE)
    stand.visitor.gives_way_to(TWO)
    with pytest.raises(CommandFailed):
        await stand.tell("KeyPort", ask)


async def test_who_put_in_the_wrong_book_tries_the_next(stand: Stand) -> None:
    read = ("Printer.ReadForm", {"formName": "PassbookData", "mediaName": "Passbook"})
    eject = ("Printer.ControlMedia", {"mediaControl": {"eject": True}})
    seen = []
    for _ in range(3):
        seen.append((await stand.tell("CertificateCabinet", read))["fields"]["Stripe"])
        await stand.tell("CertificateCabinet", eject)
    assert seen == ["62284801", "62284802", "62284801"]


async def test_notes_go_in_and_are_counted(stand: Stand) -> None:
    status = await stand.tell(
        "CashCabinet", ("CashAcceptor.CashInStart", {}), ("CashAcceptor.CashIn", {}),
        ("CashAcceptor.GetCashInStatus", {}),
    )  # fmt: skip
    types = await stand.tell("CashCabinet", ("CashManagement.GetBankNoteTypes", {}))
    assert reading.cash(status, types)["amount"] == 300_00


def test_what_the_books_are_told_is_loaded_is_loaded() -> None:
    (world,) = (one.world for one in built("cash_recycler", is_open=True) if one.name == "Cash")
    assert isinstance(world, CashWorld)
    worth = sum(world.types[note.type].value * 100 for note in world.everywhere())
    assert worth == LOADED_FEN


def test_a_line_says_who_steps_up_to_which_machine() -> None:
    machines = XfsMachines()
    one = Listed(id="kiosk-1", type="kiosk", wallet=ONE)
    work = machines.run(one, Random(1), None, is_open=True, faults=0)  # type: ignore[arg-type]
    work.close()
    for line in ("", "no line", '{"device": "elsewhere"}'):
        machines.hear(line)
    machines.hear(msgspec.json.encode(Stepping("elsewhere", TWO)).decode())
    assert machines._visitors["kiosk-1"].wallet == ONE
    machines.hear(msgspec.json.encode(Stepping("kiosk-1", TWO)).decode())
    assert machines._visitors["kiosk-1"].wallet == TWO
