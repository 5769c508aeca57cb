"""How a feature is plugged into the application: one declaration, one wiring function.

A feature's ``feature.py`` says what it brings (:class:`Feature`); ``tingtang.http.features`` lists
all of them in the order of the design. At start-up each is wired in that order: it builds its
services from what stands before it and offers them by name to routes and to later features.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tingtang.kernel.clock import Clock
from tingtang.kernel.database import Database
from tingtang.kernel.events import EventTypes
from tingtang.kernel.ids import Ids
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog
from tingtang.kernel.reactions import Reactions
from tingtang.kernel.text import Text
from tingtang.kernel.vault import Vault

S = TypeVar("S")
Hook = Callable[[], Awaitable[None]]


class Parts:
    """What a feature is built from; grows as features offer their services."""

    def __init__(
        self,
        *,
        database: Database,
        log: EventLog,
        clock: Clock,
        wall_clock: Clock,
        ids: Ids,
        live: LiveViews,
        reactions: Reactions,
        vault: Vault,
        data_folder: Path,
        is_demo: bool,
        options: Sequence[msgspec.Struct] = (),
    ) -> None:
        self.database = database
        self.log = log
        self.clock = clock
        """The hall's time; the demo runs it faster."""
        self.wall_clock = wall_clock
        """Real time, by which sessions end and codes change."""
        self.ids = ids
        self.live = live
        self.reactions = reactions
        self.vault = vault
        self.data_folder = data_folder
        self.is_demo = is_demo
        self._options = options
        self.services: dict[str, Any] = {}
        self.starts: list[Hook] = []
        self.stops: list[Hook] = []

    def offer(self, name: str, service: Any) -> None:
        """Give ``service`` to later features and to every route parameter called ``name``."""
        if name in self.services:
            raise ValueError(f"two features offer a service called {name!r}")
        self.services[name] = service

    def service(self, name: str, kind: type[S]) -> S:
        """What an earlier feature offered; ``LookupError`` if it is missing or of another kind."""
        found = self.services.get(name)
        if not isinstance(found, kind):
            raise LookupError(  # noqa: TRY004 - features in the wrong order, not a wrong type
                f"no service {name!r} of type {kind.__name__} stands before this one"
            )
        return found

    def option(self, kind: type[S]) -> S:
        """A feature's own options as the installation has them; its defaults where it has none."""
        return next((one for one in self._options if isinstance(one, kind)), None) or kind()

    def on_start(self, hook: Hook) -> None:
        """Run ``hook`` once the log has started, before the first request; in wiring order."""
        self.starts.append(hook)

    def on_stop(self, hook: Hook) -> None:
        """Run ``hook`` at the end, in reverse wiring order, while the log still runs."""
        self.stops.append(hook)


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature brings.

    ``name`` is also the tag of its routes in the API's description, ``about`` the tag's words.
    ``routes`` are Litestar handlers. ``wire`` builds and offers services,
    registers live views, reactions and projections, and hooks into start and stop.
    """

    name: str
    about: Text
    wire: Callable[[Parts], None]
    events: EventTypes = msgspec.field(default_factory=EventTypes)
    routes: Sequence[Any] = ()
