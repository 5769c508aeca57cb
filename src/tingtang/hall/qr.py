"""What the QR codes say that customers hold: a booking's own, and the link of a ticket or booking."""

from collections.abc import Callable

BOOKING_PREFIX = "tt.b."
"""How the QR code of a booking begins; the booking's id follows."""
TEXT_MAX = 400
"""Longer than any of ours: an address with a token of about 130 characters."""

SubjectOf = Callable[[str, str], str | None]
"""The ticket or booking that a link's token is about, in a branch; None where it is not good."""


def subject_in(text: str, branch: str, subject_of: SubjectOf) -> str | None:
    """The ticket or booking whose QR code says ``text``; None for any other code.

    A printed ticket holds the whole address of its link, of which only the fragment is secret.
    """
    text = text.strip()
    if text.startswith(BOOKING_PREFIX):
        return text.removeprefix(BOOKING_PREFIX)
    return subject_of(text.rpartition("#")[2], branch)
