"""HTTP of the hall, one page a noun."""

from tingtang.hall.routes import (
    bookings,
    choices,
    complaints,
    counters,
    day,
    receipts,
    reports,
    suggestions,
    tasks,
    tickets,
    triage,
    visits,
    webhooks,
)

ROUTES = (
    *tickets.ROUTES, *counters.ROUTES, *visits.ROUTES, *day.ROUTES, *bookings.ROUTES,
    *choices.ROUTES, *tasks.ROUTES, *receipts.ROUTES, *triage.ROUTES, *suggestions.ROUTES,
    *complaints.ROUTES, *reports.ROUTES, *webhooks.ROUTES,
)  # fmt: skip
