"""HTTP of the hall, one page a noun."""

from tingtang.hall.routes import choices, counters, day, tickets, visits

ROUTES = (*tickets.ROUTES, *counters.ROUTES, *visits.ROUTES, *day.ROUTES, *choices.ROUTES)
