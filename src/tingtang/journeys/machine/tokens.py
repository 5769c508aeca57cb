"""``token.request`` and ``token.install``: the U盾 in the port of the hall's dispenser.

Its key is made inside and stays there. What comes out is a request signed with that very key: who
typed a public key could have typed anybody's.
"""

import binascii
from base64 import b64decode, b64encode

from tingtang.devices.model import records as r
from tingtang.devices.model.key_request import read_request
from tingtang.devices.model.state import CommandState
from tingtang.devices.model.wire import Link, Value
from tingtang.devices.service import DeviceService
from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

TYPE, PORT = "dispenser", "key_port"
PART_MAX, PARTS = 480, 4
"""A certificate goes to the machine in so many values of so many characters at most."""
NO_PORT = Text(
    "本网点的 U盾接口暂不可用，请使用自己电脑上的签名程序，或到柜台办理",
    "The U-key port of this branch does not work now; use the signing program of your computer, or "
    "go to a counter",
)
NO_ANSWER = Text(
    "U盾没有应答，请检查是否插好后重试", "The U-key does not answer; see that it is plugged in"
)
NOT_ITS_OWN = Text(
    "U盾给出的请求不完整或不是这只 U盾的，请换一只重试",
    "The request is not whole, or not of this U-key; try again with the right one",
)
NOT_WRITTEN = Text(
    "证书没有写入 U盾，请重新办理证书下载", "The certificate was not written; download it once more"
)


class TokenActions:
    """Offers both to scenarios."""

    def __init__(self, devices: DeviceService) -> None:
        self._devices = devices

    def register(self, actions: Actions) -> None:
        token = Text("U盾编号", "Number of the U-key")
        actions.register(
            Action(
                name="token.request",
                about=Text("U盾生成密钥", "Make a key in a U-key"),
                perform=self.request,
                has_effect=False,
                inputs={"token": token},
                gives={"public_key": Text("公钥（SM2）", "The public key (SM2)")},
            ),
            Action(
                name="token.install",
                about=Text("证书写入 U盾", "Write a certificate into a U-key"),
                perform=self.install,
                inputs={"token": token, "certificate": Text("证书（PEM）", "Certificate, PEM")},
            ),
        )

    async def request(self, call: Call) -> Result:
        """A new key each time: a request whose answer was lost is made once more."""
        number = str(call.inputs.get("token") or "")
        ended = await self._tell(call, "key_request", {"number": number})
        if isinstance(ended, Declined):
            return ended
        try:
            made = read_request(b64decode(str(ended.data.get("request", "")), validate=True))
        except (ValueError, binascii.Error):
            return Declined("bad_request", NOT_ITS_OWN)
        if made.number != number:
            return Declined("other_token", NOT_ITS_OWN)
        return Done({"public_key": made.point.hex()})

    async def install(self, call: Call) -> Result:
        """The token itself refuses a certificate for another key than its own."""
        lines = str(call.inputs.get("certificate") or "").splitlines()
        body = "".join(line.strip() for line in lines if not line.startswith("-----"))
        try:
            text = b64encode(b64decode(body, validate=True)).decode()
        except binascii.Error:
            text = ""
        if not text or len(text) > PART_MAX * PARTS:
            return Declined("bad_certificate", NOT_WRITTEN)
        parameters: dict[str, Value] = {"number": str(call.inputs.get("token") or "")}
        for n in range(PARTS):
            parameters[f"part{n + 1}"] = text[n * PART_MAX : (n + 1) * PART_MAX]
        ended = await self._tell(call, "key_install", parameters)
        return Done({}) if isinstance(ended, Done) else ended

    async def _tell(self, call: Call, name: str, parameters: dict[str, Value]) -> Done | Declined:
        """Tell the machine once for a trace, and wait for what comes of it."""
        device = self._machine(call.branch)
        if device is None:
            return Declined("no_port", NO_PORT)
        try:
            key = Key(f"token:{call.trace}", "")
            command = await self._devices.give(device.id, name, parameters, SYSTEM, key)
            state = await self._devices.outcome(device.id, command)
        except Refused:
            return Declined("no_port", NO_PORT)
        if state is CommandState.DONE:
            given = (await self._devices.state(device.id)).commands.get(command)
            return Done(dict(given.data) if given is not None else {})
        words = NOT_WRITTEN if name == "key_install" else NO_ANSWER
        return Declined("no_answer" if state is CommandState.UNKNOWN else "failed", words)

    def _machine(self, branch: BranchId) -> r.Device | None:
        """The dispenser whose port works."""
        for device in self._devices.register.of_branch(branch):
            if device.type != TYPE or not device.active:
                continue
            state = self._devices.known_state(device.id)
            port = state.modules.get(PORT) if state is not None else None
            if state is not None and state.link is Link.ONLINE and port is not None and port.works:
                return device
        return None
