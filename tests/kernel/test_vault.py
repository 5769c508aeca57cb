"""The vault: sealing, blind indexes, rotation, the key file."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tingtang.kernel import sealed
from tingtang.kernel.database import Database
from tingtang.kernel.vault import (
    CannotOpen,
    KeyFileProblem,
    KeyFileVault,
    Suite,
    is_signed,
    normalise,
    open_or_create_vault,
    open_vault,
    rotate,
)

PEOPLE = sa.Table(
    "people",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("phone", sa.LargeBinary, info=sealed.sealed(index="phone_index")),
    sa.Column("phone_index", sa.LargeBinary),
    sa.Column("note", sa.LargeBinary, info=sealed.sealed()),
)
PHONE = PEOPLE.c.phone


@pytest.fixture(params=list(Suite))
def key_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "keys.json"
    open_or_create_vault(path, request.param, now_ms=1)
    return path


@pytest.fixture
def people(database: Database) -> Iterator[sa.Connection]:
    with database.writer.begin() as connection:
        PEOPLE.create(connection)
        yield connection


def add(connection: sa.Connection, vault: KeyFileVault, row_id: str, phone: str | None) -> None:
    row = {"id": row_id}
    connection.execute(sa.insert(PEOPLE).values({**row, **sealed.seal(vault, PHONE, row, phone)}))


def found(connection: sa.Connection, vault: KeyFileVault, phone: str) -> list[str]:
    query = sa.select(PEOPLE.c.id).where(sealed.holds(vault, PHONE, phone)).order_by(PEOPLE.c.id)
    return list(connection.scalars(query))


def phone_of(connection: sa.Connection, vault: KeyFileVault, row_id: str) -> str | None:
    row = connection.execute(sa.select(PEOPLE).where(PEOPLE.c.id == row_id)).one()
    return sealed.unseal(vault, PHONE, row._asdict())


def test_what_is_sealed_opens_only_in_its_own_place(key_file: Path) -> None:
    vault = open_vault(key_file)
    box = vault.seal("王小明 13800138000", "people/phone/1")
    assert vault.open(box, "people/phone/1") == "王小明 13800138000"
    assert b"13800138000" not in box
    assert vault.seal("王小明 13800138000", "people/phone/1") != box
    with pytest.raises(CannotOpen, match="moved"):
        vault.open(box, "people/phone/2")
    with pytest.raises(CannotOpen, match="too short"):
        vault.open(box[:20], "people/phone/1")


def test_no_changed_byte_goes_unnoticed(key_file: Path) -> None:
    vault = open_vault(key_file)
    box = vault.seal("secret", "place")
    for i in range(len(box)):
        with pytest.raises(CannotOpen):
            vault.open(box[:i] + bytes([box[i] ^ 1]) + box[i + 1 :], "place")


def test_another_key_file_opens_nothing_and_finds_nothing(key_file: Path, tmp_path: Path) -> None:
    mine = open_vault(key_file)
    other = open_or_create_vault(tmp_path / "other.json", mine.suite, now_ms=1)
    with pytest.raises(CannotOpen):
        other.open(mine.seal("x", "place"), "place")
    assert other.index("x", "phone") != mine.index("x", "phone")
    assert mine.index("x", "phone") != mine.index("x", "card")
    assert mine.secret("cookies") != mine.secret("links")


@given(st.text(min_size=1))
def test_normalising_is_stable(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_spellings_of_one_value_are_found_by_each_other() -> None:
    assert normalise("１３８-0013 8000") == "13800138000"
    assert normalise("11010519491231002x") == normalise("11010519491231002X")


def test_fields_are_found_again_and_erased(people: sa.Connection, key_file: Path) -> None:
    vault = open_vault(key_file)
    for row_id, phone in (("a", "138 0013 8000"), ("b", "13800138000"), ("c", "139"), ("d", None)):
        add(people, vault, row_id, phone)
    assert found(people, vault, "138-0013-8000") == ["a", "b"]
    assert phone_of(people, vault, "a") == "138 0013 8000"
    assert phone_of(people, vault, "d") is None

    assert sealed.erase(people, PEOPLE, PEOPLE.c.id == "a") == 1
    assert phone_of(people, vault, "a") is None
    assert found(people, vault, "13800138000") == ["b"]


def test_after_rotation_old_fields_open_are_found_and_sealed_again(
    people: sa.Connection, key_file: Path
) -> None:
    before = open_vault(key_file)
    for i in range(5):
        add(people, before, f"old{i}", "13800138000")
    assert rotate(key_file, Suite.SM4_GCM, now_ms=2) == 2
    vault = open_vault(key_file)
    add(people, vault, "new", "13800138000")

    assert len(found(people, vault, "13800138000")) == 6
    assert phone_of(people, vault, "old0") == "13800138000"
    assert sealed.to_reseal(people, vault, PHONE) == 5
    assert [sealed.reseal(people, vault, PHONE, limit=3) for _ in range(3)] == [3, 2, 0]
    assert sealed.to_reseal(people, vault, PHONE) == 0
    assert len(found(people, vault, "13800138000")) == 6
    assert {phone_of(people, vault, row.id) for row in people.execute(sa.select(PEOPLE))} == {
        "13800138000"
    }
    row = people.execute(sa.select(PEOPLE).where(PEOPLE.c.id == "old0")).one()
    with pytest.raises(CannotOpen, match="key 2"):
        before.open(bytes(row.phone), "people/phone/old0")


def test_signatures_outlive_their_key(key_file: Path) -> None:
    vault = open_vault(key_file)
    signature = vault.sign(b"the heads")
    rotate(key_file, vault.suite, now_ms=2)
    later = open_vault(key_file)
    public = later.public_key(signature.key_version)
    assert public is not None
    assert is_signed(b"the heads", signature.value, public)
    assert not is_signed(b"other heads", signature.value, public)
    assert later.sign(b"x").key_version == 2
    assert later.public_key(99) is None


def test_the_key_file_is_for_its_owner_only(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["keys.json"]
    key_file.chmod(0o640)
    with pytest.raises(KeyFileProblem, match="chmod 600"):
        open_vault(key_file)


def test_an_existing_key_file_is_never_replaced_by_a_new_one(key_file: Path) -> None:
    box = open_vault(key_file).seal("x", "place")
    assert open_or_create_vault(key_file, Suite.AES_256_GCM, now_ms=9).open(box, "place") == "x"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged"),
        (b'{"format": 1, "keys": []}', "no key"),
        (b'{"format": 2, "keys": []}', "no key"),
        (b'{"format": 1, "keys": [{"version": 1}]}', "damaged"),
    ],
)
def test_a_bad_key_file_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "keys.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        out.write(content)
    with pytest.raises(KeyFileProblem, match=words):
        open_vault(path)
    with pytest.raises(KeyFileProblem, match="cannot be read"):
        open_vault(tmp_path / "missing.json")
