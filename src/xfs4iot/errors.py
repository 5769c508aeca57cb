"""What can go wrong: an exception for every completion code, and for every way of not getting one.

A service's command handler raises one of the first kind and the framework writes the completion;
a client's ``execute`` raises the same class again when that completion arrives. The second kind
(``NotDelivered`` and below) is about the way there, and ``OutcomeUnknown`` is the one that matters
most: the command may or may not have been carried out.
"""

from typing import Any, ClassVar


class XfsError(Exception):
    """Anything that goes wrong with a command."""


class CommandFailed(XfsError):  # noqa: N818 the specification speaks so
    """The service completed the command with a code other than ``success``."""

    code: ClassVar[str] = ""

    def __init__(self, description: str = "", payload: dict[str, Any] | None = None) -> None:
        super().__init__(description or self.code)
        self.description = description
        self.payload: dict[str, Any] = payload or {}
        """The completion's payload: a failed command may still carry data."""


class CommandErrorCode(CommandFailed):
    """The command failed for a reason of its own, named by ``error_code``."""

    code = "commandErrorCode"

    def __init__(
        self, error_code: str, description: str = "", payload: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description or error_code, payload)
        self.error_code = error_code


class Canceled(CommandFailed):
    """Canceled by Common.Cancel, or because its client went away."""

    code = "canceled"


class DeviceNotReady(CommandFailed):
    """The device is off, disconnected or in another hand."""

    code = "deviceNotReady"


class HardwareError(CommandFailed):
    """The device failed while carrying the command out."""

    code = "hardwareError"


class InternalError(CommandFailed):
    """The service failed."""

    code = "internalError"


class InvalidCommand(CommandFailed):
    """No interface has a command of that name."""

    code = "invalidCommand"


class InvalidRequestIdCode(CommandFailed):
    """The service found the request id wrong after acknowledging it."""

    code = "invalidRequestID"


class TimeOut(CommandFailed):
    """The command's own timeout ran out before what it waited for happened."""

    code = "timeOut"


class UnsupportedCommand(CommandFailed):
    """The command exists and this service does not carry it out."""

    code = "unsupportedCommand"


class InvalidData(CommandFailed):
    """The payload is wrong."""

    code = "invalidData"


class UserError(CommandFailed):
    """Somebody is in the way, for instance holding a shutter."""

    code = "userError"


class UnsupportedData(CommandFailed):
    """The payload is right and asks for something this device does not have."""

    code = "unsupportedData"


class FraudAttempt(CommandFailed):
    """The device suspects tampering."""

    code = "fraudAttempt"


class SequenceError(CommandFailed):
    """Not now: another command must come first."""

    code = "sequenceError"


class AuthorisationRequired(CommandFailed):
    """The command needs a token."""

    code = "authorisationRequired"


class NoCommandNonce(CommandFailed):
    """The token's nonce was never asked for, was cleared, or has expired."""

    code = "noCommandNonce"


class InvalidToken(CommandFailed):
    """The token does not cover the command."""

    code = "invalidToken"


class InvalidTokenNonce(CommandFailed):
    """The token holds another nonce."""

    code = "invalidTokenNonce"


class InvalidTokenHmac(CommandFailed):
    """The token's authentication is wrong."""

    code = "invalidTokenHMAC"


class InvalidTokenFormat(CommandFailed):
    """The token is not of the token format."""

    code = "invalidTokenFormat"


class InvalidTokenKeyNoValue(CommandFailed):
    """No key is loaded to check tokens with."""

    code = "invalidTokenKeyNoValue"


class NotEnoughSpace(CommandFailed):
    """The device has no room for it."""

    code = "notEnoughSpace"


class UnknownCode(CommandFailed):
    """A completion code that this package does not know; ``unknown_code`` holds it."""

    def __init__(self, unknown_code: str, description: str, payload: dict[str, Any]) -> None:
        super().__init__(description or unknown_code, payload)
        self.unknown_code = unknown_code


BY_CODE: dict[str, type[CommandFailed]] = {
    kind.code: kind for kind in CommandFailed.__subclasses__() if kind.code
}
BY_CODE["authorizationRequired"] = AuthorisationRequired  # as release 2021-1 spells it


def from_completion(code: str, description: str, payload: dict[str, Any]) -> CommandFailed:
    """The exception for a completion with a code other than ``success``."""
    kind = BY_CODE.get(code)
    if kind is None:
        return UnknownCode(code, description, payload)
    if kind is CommandErrorCode:
        named = payload.get("errorCode")
        return CommandErrorCode(named if isinstance(named, str) else "", description, payload)
    return kind(description, payload)


class NotDelivered(XfsError):  # noqa: N818
    """The command was certainly not carried out; it may be sent again."""


class NotConnected(NotDelivered):
    """There is no connection to the service."""


class Rejected(NotDelivered):
    """The service acknowledged the command with a refusal; ``status`` is its word for it."""

    def __init__(self, status: str, description: str) -> None:
        super().__init__(f"{status}: {description}" if description else status)
        self.status = status


class InvalidMessage(Rejected):
    """The service could not read the command."""


class InvalidRequestId(Rejected):
    """The service has seen the request id before, or it is not an integer above zero."""


class TooManyRequests(Rejected):
    """The service has no room for more commands now."""


REJECTIONS: dict[str, type[Rejected]] = {
    "invalidMessage": InvalidMessage,
    "invalidRequestID": InvalidRequestId,
    "tooManyRequests": TooManyRequests,
}


class OutcomeUnknown(XfsError):  # noqa: N818
    """The command was sent, and nobody can say whether it was carried out.

    Read the device's status and counts before trying again.
    """

    def __init__(self, reason: str, request_id: int) -> None:
        super().__init__(reason)
        self.request_id = request_id


class NotAcknowledged(OutcomeUnknown):
    """The service did not acknowledge the command in time."""


class CompletionMissing(OutcomeUnknown):
    """The service acknowledged the command and never completed it."""


class ConnectionLost(OutcomeUnknown):
    """The connection broke before the completion came."""
