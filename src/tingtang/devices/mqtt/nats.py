"""A NATS server that keeps the same rules as the embedded broker: its files, written for it."""

import json
import re
from pathlib import Path

import bcrypt

from tingtang.devices.model.mqtt_topics import WORLDS
from tingtang.devices.model.wire import PAYLOAD_MAX_BYTES, ROOT

CONFIGURATION, ACCOUNTS, STORE = "nats.conf", "accounts.conf", "store"
ROUNDS = 6
"""A device's secret is drawn at random: slow hashing adds nothing but to the time in which a whole
branch is back after a power cut."""
SESSION = "$MQTT.sub.>"
"""Where NATS itself delivers to a session with QoS 1."""
_ENTRY = re.compile(r'^ *\{user: "([^"]+)".*$', re.MULTILINE)


def configuration(folder: Path, host: str, port: int) -> str:
    """``nats.conf`` for one MQTT listener. Nothing but MQTT is let in from outside."""
    return f"""\
server_name: tingtang
listen: "127.0.0.1:-1"
max_payload: {PAYLOAD_MAX_BYTES}
jetstream {{
  store_dir: {json.dumps(str(folder / STORE))}
  # An acknowledgement means: on disk.
  sync_interval: always
}}
mqtt {{
  host: {json.dumps(host)}
  port: {port}
  # tls {{ cert_file: ..., key_file: ... }}: where devices come in over a network not yours alone.
  ack_wait: "30s"
  max_ack_pending: 2000
}}
include {json.dumps("./" + ACCOUNTS)}
"""


def account(user: str, secret: str, platform: str, *, is_gateway: bool = False) -> str:
    """The line of one account: what it may say and hear, as NATS subjects."""
    hashed = bcrypt.hashpw(secret.encode(), bcrypt.gensalt(ROUNDS)).decode()
    if user == platform:
        says = hears = [ROOT, WORLDS]
    elif is_gateway:
        says = hears = [f"{WORLDS}.{user}"]
    else:
        says, hears = [f"{ROOT}.{user}.up"], [f"{ROOT}.{user}.down"]
    publish = [f"{one}.>" for one in says]
    # "a/b/#" of MQTT is a/b too, which "a.b.>" of NATS is not.
    subscribe = [part for one in hears for part in (one, f"{one}.>")] + [SESSION]
    rights = f"publish: {json.dumps(publish)}, subscribe: {json.dumps(subscribe)}"
    return (
        f"    {{user: {json.dumps(user)}, password: {json.dumps(hashed)}, "
        f'allowed_connection_types: ["MQTT"], permissions: {{{rights}}}}}'
    )


def with_account(text: str, line: str) -> str:
    """``accounts.conf`` with one account more, or with a new secret for one that was there."""
    added = _ENTRY.match(line)
    user = added[1] if added else ""
    kept = [one[0] for one in _ENTRY.finditer(text) if one[1] != user]
    return accounts([*kept, line])


def accounts(lines: list[str]) -> str:
    """``accounts.conf`` of these lines."""
    inside = "\n".join(lines)
    return f"authorization {{\n  users: [\n{inside}\n  ]\n}}\n"
