"""HTTP of the organisation."""

from tingtang.org.routes import bank, branches, guide, settings, staff

ROUTES = (*bank.ROUTES, *branches.ROUTES, *guide.ROUTES, *settings.ROUTES, *staff.ROUTES)
