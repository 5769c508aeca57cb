"""PIN blocks as the demo's PIN pads make them: ISO 9564-1 format 0 under one Triple-DES key.

The key is published, so it protects nothing: it lets the virtual PIN pads and the made-up
customers of the reference bank fit together. A real bank loads its own keys into its pads, and only
its own security module knows them.
"""

import base64

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from tingtang.devices.model.demo_pin_key import DEMO_PIN_KEY

DEMO_PIN = "135790"
"""Of all made-up customers; what the virtual customer of a virtual machine enters."""


def pin_block(pin: str, account: str, key: bytes = DEMO_PIN_KEY) -> str:
    """The enciphered block as base64. ``account`` is a card's or an account's whole number; as ISO
    9564-1 asks, its rightmost twelve digits without the last one go into the block.
    """
    field = bytes.fromhex(f"0{len(pin):X}{pin}".ljust(16, "F"))
    number = bytes.fromhex("0000" + account[:-1].rjust(12, "0")[-12:])
    clear = bytes(a ^ b for a, b in zip(field, number, strict=True))
    # One block, as the format has it: there is nothing to chain.
    encryptor = Cipher(TripleDES(key), modes.ECB()).encryptor()  # noqa: S305
    return base64.b64encode(encryptor.update(clear) + encryptor.finalize()).decode()
