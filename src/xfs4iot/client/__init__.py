"""The client side: ``Connection``, ``discover``, ``LastingClient``."""

from xfs4iot.client.connection import Connection, Subscription, Violation
from xfs4iot.client.discovery import Publisher, ask, discover
from xfs4iot.client.lasting import LastingClient
from xfs4iot.client.pending import Completion, Event, Pending

__all__ = [
    "Completion",
    "Connection",
    "Event",
    "LastingClient",
    "Pending",
    "Publisher",
    "Subscription",
    "Violation",
    "ask",
    "discover",
]
