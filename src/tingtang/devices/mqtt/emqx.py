"""An EMQX 5 that keeps the same rules as the embedded broker: its files, written for it.

Checked against EMQX's own description of these files; no EMQX runs in our tests.
"""

from pathlib import Path

from tingtang.devices.model.mqtt_topics import WORLDS
from tingtang.devices.model.wire import PAYLOAD_MAX_BYTES, ROOT

CONFIGURATION, RULES, ACCOUNTS = "emqx.conf", "acl.conf", "accounts.csv"
ACCOUNTS_HEAD = "user_id,password,is_superuser\n"


def rules(platform: str) -> str:
    """``acl.conf``: written once, whatever devices come and go."""
    own = "${username}"
    return f"""\
%% The platform hears and tells all.
{{allow, {{user, "{platform}"}}, all, ["{ROOT}/#", "{WORLDS}/#"]}}.
%% A device speaks below its own "up" and hears below its own "down"; a gateway has its own world.
{{allow, all, publish, ["{ROOT}/{own}/up/#", "{WORLDS}/{own}/#"]}}.
{{allow, all, subscribe, ["{ROOT}/{own}/down/#", "{WORLDS}/{own}/#"]}}.
{{deny, all}}.
"""


def configuration(folder: Path, host: str, port: int) -> str:
    """What is added to ``emqx.conf``: one listener, accounts, rules, limits."""
    return f"""\
listeners.tcp.default {{
  bind = "{host}:{port}"
  # Without it every command waits some 40 ms for an acknowledgement of the network's.
  tcp_options.nodelay = true
}}
authentication = [
  {{
    mechanism = password_based
    backend = built_in_database
    user_id_type = username
    password_hash_algorithm {{name = sha256, salt_position = suffix}}
    # Read at the first start; later accounts are added in EMQX's own pages or by its API.
    bootstrap_file = "{folder / ACCOUNTS}"
    bootstrap_type = plain
  }}
]
authorization {{
  no_match = deny
  deny_action = ignore
  sources = [{{type = file, enable = true, path = "{folder / RULES}"}}]
}}
mqtt {{
  # The name of a connection is its user's: nobody can end another's by taking its name.
  clientid_override = "username"
  max_packet_size = {PAYLOAD_MAX_BYTES}
  # The platform acknowledges samples once they are on disk, some hundred at a time.
  max_inflight = 2000
  max_mqueue_len = 20000
}}
"""
