"""Authorisations as a feature, right after the journeys that ask for them."""

import msgspec

from tingtang.customers.model import CustomerErased
from tingtang.journeys.actions import Action, Actions
from tingtang.journeys.authorisation import model as m
from tingtang.journeys.authorisation import routes
from tingtang.journeys.authorisation.centre import CentreWork
from tingtang.journeys.authorisation.desk import AuthorisationDesk
from tingtang.journeys.authorisation.policy import AuthorisationSettings
from tingtang.journeys.authorisation.service import BELL, CENTRE, VIEW, Authorisations
from tingtang.journeys.authorisation.work import CentreSettings
from tingtang.journeys.library import Library
from tingtang.journeys.service import JourneyService
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.ids import BranchId
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Actor, Permission, Role
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.service import SignIn


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    directory.sections.register(
        "authorisation", AuthorisationSettings, Text("授权规则", "Authorisation rules")
    )
    directory.sections.register("centre", CentreSettings, Text("集中作业中心", "Operations centre"))
    authorisations = Authorisations(
        parts.log, parts.clock, parts.live, parts.vault, directory,
        parts.service("journeys", JourneyService),
    )  # fmt: skip
    desk = AuthorisationDesk(
        authorisations, directory, parts.service("library", Library),
        parts.service("sign_in", SignIn),
    )  # fmt: skip
    centre = CentreWork(authorisations, directory, parts.service("journeys", JourneyService))
    centre.register(parts.service("actions", Actions))
    parts.offer("authorisations", authorisations)
    parts.offer("centre_work", centre)
    parts.offer("authorisation_desk", desk)
    parts.service("actions", Actions).register(
        Action(
            name="authorise",
            about=Text("请第二人授权", "Ask a second person's yes"),
            perform=authorisations.perform,
            withdraw=authorisations.withdraw,
            has_effect=False,
            inputs={
                "amount": Text("金额（分，含当日累计）", "Amount in fen, with the day's total"),
                "kind": Text(
                    "业务类别（风险规则用，空则不查）",
                    "Kind of business, for patterns; empty: none",
                ),
                "needed": Text("业务本身是否需要授权", "Whether the business itself needs a yes"),
                "risks": Text("风险代码", "Risk codes"),
                "evidence": Text("供授权人查看的内容", "What the authoriser is shown"),
            },
            gives={
                "approved_by": Text("授权人", "Who said yes"),
                "mode": Text("授权方式", "How"),
                "authorisation": Text("授权编号", "Its number"),
            },
        )
    )

    async def hall(key: str) -> msgspec.Struct | None:
        directory.branch(key)
        return await desk.hall(BranchId(key))

    async def bell(key: str) -> msgspec.Struct | None:
        return await desk.bell() if key == CENTRE else None

    async def works_there(actor: Actor, _key: str) -> bool:
        return Role.AUTHORISER in actor.roles

    parts.live.register(ViewType(VIEW, Permission.AUTHORISATION_GIVE, hall))
    parts.live.register(
        ViewType(
            BELL,
            Permission.AUTHORISATION_GIVE,
            bell,
            branch_of=lambda _key: "",
            allow=works_there,
        )
    )
    parts.reactions.register(
        "journeys.authorised",
        (m.AuthorisationGiven, m.AuthorisationDenied, m.AuthorisationLapsed),
        authorisations.on_settled,
    )
    parts.reactions.register(
        "journeys.evidence_erased", (CustomerErased,), authorisations.shown.on_customer_erased
    )
    parts.on_start(authorisations.start)
    parts.on_stop(authorisations.stop)


FEATURE = Feature(
    name="authorisation",
    about=Text("授权：现场、PAD、远程集中", "A second person's yes: on site, PAD, remote"),
    events=m.TYPES,
    routes=routes.ROUTES,
    wire=wire,
)
"""On-site, PAD and remote authorisation."""
