"""The server side: write services with ``CommonService`` and ``command``, publish with ``Host``."""

from xfs4iot.server.commands import Nothing, Parameters, command
from xfs4iot.server.common import CommonService
from xfs4iot.server.host import Host, serve_until_cancelled
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse

__all__ = [
    "CommonService",
    "Host",
    "Nothing",
    "Parameters",
    "Request",
    "command",
    "refuse",
    "serve_until_cancelled",
]
