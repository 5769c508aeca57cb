"""A Mosquitto that keeps the same rules as the embedded broker: its files, written for it."""

from pathlib import Path

from tingtang.devices.model.mqtt_topics import WORLDS
from tingtang.devices.model.wire import PAYLOAD_MAX_BYTES, ROOT

PASSWORDS, RULES, CONFIGURATION = "passwords", "rules", "mosquitto.conf"


def rules(platform: str) -> str:
    """Mosquitto's access rules: written once, whatever devices come and go."""
    return f"""\
# The platform hears and tells all.
user {platform}
topic readwrite {ROOT}/#
topic readwrite {WORLDS}/#

# A device speaks below its own "up" and hears below its own "down"; a gateway has its own world.
pattern write {ROOT}/%u/up/#
pattern read {ROOT}/%u/down/#
pattern readwrite {WORLDS}/%u/#
"""


def configuration(folder: Path, host: str, port: int) -> str:
    """``mosquitto.conf`` for one listener."""
    return f"""\
listener {port} {host}
# certfile / keyfile: set both where devices come in over a network that is not yours alone.
allow_anonymous false
password_file {folder / PASSWORDS}
acl_file {folder / RULES}
# The name of a connection is its user's: nobody can end another's by taking its name.
use_username_as_clientid true
message_size_limit {PAYLOAD_MAX_BYTES}
max_connections 2000
# Without it every command waits some 40 ms for an acknowledgement of the network's.
set_tcp_nodelay true
# The platform acknowledges samples once they are on disk, some hundred at a time.
max_inflight_messages 2000
max_queued_messages 20000
persistence true
persistence_location {folder}/
"""
