"""The hall as a feature: how it is wired."""

import msgspec

from tingtang.customers.service import CustomerService
from tingtang.hall import archive, automation, calls, views
from tingtang.hall.booking_moves import BookingMoves
from tingtang.hall.bookings import BookingService
from tingtang.hall.check_in import CheckIn
from tingtang.hall.clockwork import Clockwork
from tingtang.hall.closing import Closing
from tingtang.hall.complaint_tasks import ComplaintTasks
from tingtang.hall.complaints import ComplaintService
from tingtang.hall.contacts import Contacts
from tingtang.hall.customers import HallCustomers, register_resolvers
from tingtang.hall.model import events
from tingtang.hall.model.booking.events import TYPES as BOOKING_EVENTS
from tingtang.hall.model.complaints import TYPES as COMPLAINT_EVENTS
from tingtang.hall.model.printing import PrintSettings
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.model.tasks.events import TYPES as TASK_EVENTS
from tingtang.hall.model.triage import TriageTable
from tingtang.hall.model.webhooks import TYPES as WEBHOOK_EVENTS
from tingtang.hall.ports import CustomerBook, Links, MessagePort
from tingtang.hall.printers import TicketPrinters
from tingtang.hall.reception import Reception
from tingtang.hall.reminders import BookingClock, BookingReactions
from tingtang.hall.reports import ReportService
from tingtang.hall.routes import ROUTES
from tingtang.hall.service import HallService
from tingtang.hall.suggestions import VIEW as SUGGESTIONS_VIEW
from tingtang.hall.suggestions import Suggestions
from tingtang.hall.tasks import VIEW as TASKS_VIEW
from tingtang.hall.tasks import TaskService
from tingtang.hall.triage import TriageService
from tingtang.hall.webhook_sender import WebhookSender
from tingtang.hall.webhooks import Webhooks
from tingtang.hall.window import own_window, window
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.events import EventTypes
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.ids import BranchId, CounterId, TicketId
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.model import events as org
from tingtang.org.service import SignIn

__all__ = ["EVENTS", "FEATURE", "Closing", "MessagePort", "TaskService", "wire"]


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    sections = directory.sections
    sections.register("hall", HallSettings, Text("厅堂规则", "Hall rules"))
    sections.register("printing", PrintSettings, Text("号票打印", "Ticket printing"))
    sections.register("triage", TriageTable, Text("分流规则", "Triage table"))
    known = parts.service("customers", CustomerService)
    customers = HallCustomers(known)
    links: Links = parts.services["links"]
    hall = HallService(parts.log, parts.clock, parts.ids, parts.live, directory, customers, links)
    clockwork = Clockwork(hall, directory)
    parts.offer("hall", hall)
    parts.offer("clockwork", clockwork)
    parts.offer("closing", Closing())
    parts.offer("printers", TicketPrinters(directory))
    bookings = _wire_bookings(parts, hall, links)
    register_resolvers(known, hall, parts.service("check_in", CheckIn))
    parts.offer("triage", TriageService(hall, bookings, customers))
    tasks = _wire_tasks(parts, hall, clockwork, customers)
    _wire_complaints(parts, hall, clockwork, tasks, links)
    _wire_webhooks(parts, hall)
    automation.register(parts.service("automations", Automations), hall, tasks)
    parts.offer("reports", ReportService(parts.database, hall, bookings, tasks))
    _register_views(parts, hall)
    archive.register(parts, hall)

    async def on_org_change(trigger: Trigger) -> None:
        branch = trigger.recorded.branch
        for open_branch in hall.open_branches():
            if not branch or open_branch == branch:
                await hall.refresh_setup(open_branch, trigger.cause)

    parts.reactions.register(
        "hall.setup",
        (
            org.BranchSaved, org.CounterSaved, org.CounterRemoved, org.ServiceSaved,
            org.SectionSaved, org.TemplateApplied,
        ),
        on_org_change,
        from_now=True,
    )  # fmt: skip
    parts.on_start(clockwork.start)
    parts.on_stop(clockwork.stop)


def _wire_bookings(parts: Parts, hall: HallService, links: Links) -> BookingService:
    contacts = Contacts(parts.log, parts.vault)
    bookings = BookingService(parts.log, parts.clock, parts.ids, hall.directory, contacts, links)
    moves = BookingMoves(parts.log, bookings)
    parts.offer("bookings", bookings)
    parts.offer("booking_moves", moves)
    parts.offer(
        "check_in", CheckIn(bookings, hall, parts.service("sign_in", SignIn).phones.subject_of)
    )
    # A bank without a message gateway confirms on the screen alone.
    messages: MessagePort | None = parts.services.get("messages")
    BookingReactions(bookings, moves, messages, links).register(parts.reactions)
    clock = BookingClock(bookings)
    parts.on_start(clock.start)
    parts.on_stop(clock.stop)
    return bookings


def _wire_tasks(
    parts: Parts, hall: HallService, clockwork: Clockwork, customers: CustomerBook
) -> TaskService:
    tasks = TaskService(parts.log, hall, parts.live)
    parts.offer("tasks", tasks)
    clockwork.each_beat(tasks.tend)
    Reception(hall, tasks, customers).register(parts.reactions)

    async def board(key: str) -> msgspec.Struct | None:
        return await tasks.view(BranchId(key))

    suggestions = Suggestions(parts.log, hall, tasks, parts.live)
    parts.offer("suggestions", suggestions)
    clockwork.each_beat(suggestions.tend)

    async def changes(key: str) -> msgspec.Struct | None:
        return await suggestions.view(BranchId(key))

    parts.live.register(ViewType(TASKS_VIEW, Permission.TASK_SEE, board))

    async def own_call(key: str) -> msgspec.Struct | None:
        branch, _, caller = key.partition("/")
        return await tasks.call_view(BranchId(branch), caller)

    parts.live.register(ViewType(SUGGESTIONS_VIEW, Permission.COUNTER_ASSIGN, changes))
    parts.live.register(ViewType(calls.VIEW, Permission.TASK_RAISE, own_call, allow=calls.own_call))
    return tasks


def _wire_complaints(
    parts: Parts, hall: HallService, clockwork: Clockwork, tasks: TaskService, links: Links
) -> None:
    complaints = ComplaintService(
        parts.log, parts.clock, parts.ids, parts.vault, hall.directory, links
    )
    parts.offer("complaints", complaints)
    messages: MessagePort | None = parts.services.get("messages")
    follow = ComplaintTasks(complaints, tasks, hall, messages, links)
    follow.register(parts.reactions)
    clockwork.each_beat(follow.tend)


def _wire_webhooks(parts: Parts, hall: HallService) -> None:
    webhooks = Webhooks(parts.log, parts.wall_clock, parts.ids, parts.vault, hall)
    webhooks.register(parts.reactions)
    sender = WebhookSender(webhooks)
    parts.offer("webhooks", webhooks)
    parts.offer("webhook_sender", sender)
    parts.on_start(sender.start)
    parts.on_stop(sender.stop)


def _register_views(parts: Parts, hall: HallService) -> None:
    async def board(key: str) -> msgspec.Struct | None:
        return views.board(*await hall.in_day(BranchId(key)))

    async def pad(key: str) -> msgspec.Struct | None:
        return views.pad(*await hall.in_day(BranchId(key)))

    async def monitor(key: str) -> msgspec.Struct | None:
        return views.monitor(*await hall.in_day(BranchId(key)))

    async def counter(key: str) -> msgspec.Struct | None:
        branch, _, counter_id = key.partition("/")
        state, book, names, now_ms = await hall.in_day(BranchId(branch))
        return views.counter(state, book, names, CounterId(counter_id), now_ms)

    async def window_screen(key: str) -> msgspec.Struct | None:
        branch, _, counter_id = key.partition("/")
        state, _, names, _ = await hall.in_day(BranchId(branch))
        return window(state, names, CounterId(counter_id))

    async def ticket(key: str) -> msgspec.Struct | None:
        branch, _, ticket_id = key.partition("/")
        state, book, names, now_ms = await hall.in_day(BranchId(branch))
        return views.ticket(state, book, names, TicketId(ticket_id), now_ms)

    live = parts.live
    live.register(ViewType("hall.board", Permission.BOARD_SEE, board))
    live.register(ViewType("hall.pad", Permission.HALL_SEE, pad))
    live.register(ViewType("hall.monitor", Permission.MONITOR_SEE, monitor))
    live.register(ViewType("hall.counter", Permission.COUNTER_WORK, counter))
    live.register(ViewType("hall.window", Permission.RATING_GIVE, window_screen, allow=own_window))
    live.register(ViewType("hall.ticket", Permission.TICKET_FOLLOW, ticket, allow=_own_ticket))


async def _own_ticket(actor: Actor, key: str) -> bool:
    return actor.kind is not ActorKind.CUSTOMER or actor.subject == key.partition("/")[2]


EVENTS = EventTypes()
for _types in (events.TYPES, BOOKING_EVENTS, TASK_EVENTS, COMPLAINT_EVENTS, WEBHOOK_EVENTS):
    EVENTS.include(_types)

FEATURE = Feature(
    name="hall",
    about=Text(
        "厅堂管理：取号、叫号、窗口、预约、任务", "Tickets, calls, counters, bookings, tasks"
    ),
    events=EVENTS,
    routes=ROUTES,
    wire=wire,
)
