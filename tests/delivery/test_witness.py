"""A witness's password at somebody else's screen is counted before it is looked at."""

from typing import Any, cast

import pytest

from tingtang.delivery.witness import Witnesses
from tingtang.http.problems import TOO_MANY
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.web import Door


class Asked(Exception):
    """The sign-in was asked."""


class Staff:
    async def sign_in(self, *_: Any) -> Any:
        raise Asked


class SignIn:
    staff = Staff()


def closed() -> None:
    raise Refused(TOO_MANY, seconds=2)


async def test_no_password_is_looked_at_once_an_address_has_tried_enough() -> None:
    witnesses, east = Witnesses(cast("Any", SignIn())), BranchId("east")
    with pytest.raises(Refused, match="Too many requests"):
        await witnesses.name(east, "he.jiaxin", "guess", "", Door(closed))
    with pytest.raises(Asked):
        await witnesses.name(east, "he.jiaxin", "guess", "", Door(lambda: None))
    assert await witnesses.name(east, "", "", "", Door(closed)) == ""
