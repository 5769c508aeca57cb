"""联网核查 over its socket: every result, rare characters, nonsense, and no answer at all."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bank.conftest import MORNING_MS, PEOPLE
from tingtang.bank.identity import messages as m
from tingtang.bank.identity.client import IdentityUnknown, SocketIdentityCheck
from tingtang.bank.identity.server import (
    Citizen,
    EmbeddedIdentityCheck,
    IdentityServer,
    made_up_citizens,
)
from tingtang.bank.identity.wire import frame
from tingtang.kernel.clock import ManualClock

CLOCK = ManualClock(MORNING_MS)


@pytest.fixture
async def register() -> AsyncIterator[EmbeddedIdentityCheck]:
    check = EmbeddedIdentityCheck("000000000000", CLOCK, 5.0)
    yield check
    await check.close()


@pytest.mark.shows("R105")
async def test_number_and_name_are_checked(register: EmbeddedIdentityCheck) -> None:
    one, without = PEOPLE[0], PEOPLE[9]
    found = await register.check(one.id_number, one.name, "teller")
    assert (found.result, found.matches) == (m.Result.MATCH, True)
    assert found.issuer
    assert found.photo.startswith("/9j/")  # a JPEG
    found = await register.check(without.id_number, without.name, "teller")
    assert (found.result, found.matches, found.photo) == (m.Result.MATCH_NO_PHOTO, True, "")
    found = await register.check(one.id_number, "别人", "teller")
    assert (found.result, found.matches, found.photo) == (m.Result.NAME_DIFFERS, False, "")
    absent = await register.check("990000190001010000", one.name, "teller")
    assert absent.result is m.Result.NO_SUCH_NUMBER
    assert (await register.check("12", one.name, "teller")).result is m.Result.BAD_INPUT
    assert (await register.check(one.id_number, "", "teller")).result is m.Result.BAD_INPUT


async def test_a_name_with_a_character_beyond_gbk(register: EmbeddedIdentityCheck) -> None:
    register.server.register = {"990000190001010000": Citizen("王𠀀<&>")}
    found = await register.check("990000190001010000", "王𠀀<&>", "teller")
    assert found.result is m.Result.MATCH


async def test_no_answer_is_unknown(register: EmbeddedIdentityCheck) -> None:
    one = PEOPLE[0]
    await register.check(one.id_number, one.name, "teller")
    register.server.is_silent = True
    hurried = SocketIdentityCheck("127.0.0.1", register.server.port, "0" * 12, CLOCK, 0.1)
    with pytest.raises(IdentityUnknown):
        await hurried.check(one.id_number, one.name, "teller")
    nobody = SocketIdentityCheck("127.0.0.1", 9, "0" * 12, CLOCK, 0.5)
    with pytest.raises(IdentityUnknown):
        await nobody.check(one.id_number, one.name, "teller")


async def test_an_answer_about_somebody_else_is_no_answer() -> None:
    async def liar(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        other = m.Answer(result=m.Result.MATCH, id="990000190001010000", name="别人")
        writer.write(frame(m.write_answer(other)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(liar, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    check = SocketIdentityCheck("127.0.0.1", port, "0" * 12, CLOCK, 2.0)
    with pytest.raises(IdentityUnknown, match="somebody else"):
        await check.check(PEOPLE[0].id_number, PEOPLE[0].name, "teller")
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "sent", [b"garbage!", b"99999999", b"00000003<a>", b"00000000", frame(b"<CFX/>"), b"000"]
)
async def test_nonsense_closes_the_line_and_the_register_goes_on(sent: bytes) -> None:
    server = IdentityServer(made_up_citizens())
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    one = PEOPLE[0]
    check = SocketIdentityCheck("127.0.0.1", server.port, "0" * 12, CLOCK, 5.0)
    assert (await check.check(one.id_number, one.name, "t")).matches
    await server.stop()


TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=20
).map(lambda text: " ".join(text.split()))


@given(id_=TEXTS, name=TEXTS)
def test_messages_come_back_as_they_were(id_: str, name: str) -> None:
    request = m.Request(
        bank_code="1", entrust_date="20261118", business_code="02", user_code="x", id=id_, name=name
    )
    assert m.read_request(m.write_request(request)) == request


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(m.BadMessage):
        m.read_answer(data)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><CFX/>',
        "<CFX><HEAD><MsgNo>0002</MsgNo></HEAD></CFX>",
        "<CFX><HEAD><MsgNo>0002</MsgNo></HEAD><MSG><Msg0002/></MSG></CFX>",
    ],
)
def test_a_message_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(m.BadMessage):
        m.read_answer(text.encode("gbk"))
