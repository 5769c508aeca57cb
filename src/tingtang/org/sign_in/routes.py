"""HTTP of sign-in: sessions, terminals, customers' phones."""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.response import Redirect

from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import SIGN_IN_FIRST, Actor, ActorKind, Permission
from tingtang.kernel.web import ErrorAnswer, error_answer, permit, public
from tingtang.org.directory import Directory
from tingtang.org.sign_in.identity import Identity
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.model.answers import (
    Code,
    Credentials,
    DoorCode,
    Invitation,
    Invite,
    LinkToken,
    NewPassword,
    NewReset,
    OpenPage,
    RecoveryCodes,
    SecondFactor,
    SessionList,
    TerminalList,
    WhoIAm,
    who,
)
from tingtang.org.sign_in.oidc import UNDER_WAY_MS
from tingtang.org.sign_in.service import SignIn
from tingtang.org.sign_in.staff import Opened

AnyRequest = Request[Any, Any, Any]
MUST = {
    "password": r.PASSWORD_CHANGE_REQUIRED,
    "second_factor": r.SECOND_FACTOR_SETUP_REQUIRED,
}


def door(why: str) -> dict[str, Any]:
    """Handler options of a route where somebody proves who they are: public, and counted."""
    return {"opt": {"public": why, "sign_in": True}}


def _identity(request: AnyRequest) -> Identity:
    identity: Identity = request.scope["identity"]  # type: ignore[typeddict-item]
    return identity


def _surface(request: AnyRequest) -> str:
    return str(request.scope.get("surface", ""))


def _who(directory: Directory, actor: Actor, must: str = "") -> WhoIAm:
    if actor.kind is not ActorKind.STAFF:
        return who(actor)
    unit = directory.staff(actor.id).unit
    branch = unit if directory.has_branch(unit) else ""
    return who(actor, name=directory.person(actor.id).name, branch=branch, unit=unit, must=must)


def _answer(
    request: AnyRequest, sign_in: SignIn, directory: Directory, opened: Opened, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """Who they are now, with the cookie; or what they must do first, with a limited one."""
    cookie = sign_in.cookies.make(_surface(request), opened.token, opened.lasts_ms)
    if opened.must:
        refused = Refused(MUST[opened.must])
        body = error_answer(refused, language)
        return Response(body, status_code=refused.problem.status, cookies=[cookie])
    return Response(_who(directory, opened.identity.actor), cookies=[cookie])


# -- staff -----------------------------------------------------------------------------------


@post("/api/session", status_code=200, **door("this is how one signs in"))
async def open_session(
    request: AnyRequest, sign_in: SignIn, directory: Directory, data: Credentials, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """Sign in with name and password.

    401 says what is missing: `wrong_credentials`, `locked` (with `seconds`),
    `second_factor_required` (send `code` too), `password_change_required` and
    `second_factor_setup_required` (a limited session was opened for just that).
    """
    opened = await sign_in.staff.sign_in(data.name, data.password, data.code, _surface(request))
    return _answer(request, sign_in, directory, opened, language)


@get("/api/session", **public("anybody may ask whom the server takes them for"))
async def read_session(
    request: AnyRequest,
    sign_in: SignIn,
    directory: Directory,
    actor: Actor,
    or_nobody: bool = False,
) -> WhoIAm:
    """Who the caller is; 401 `sign_in_first` for nobody.

    A page that needs no session asks with `or_nobody`: then nobody is an answer, of kind `nobody`.
    """
    if actor.kind is ActorKind.NOBODY and not or_nobody:
        raise Refused(SIGN_IN_FIRST)
    return _who(directory, actor, sign_in.sessions.limited(_identity(request).session))


@delete("/api/session", status_code=204, **public("whoever is signed in may sign out"))
async def close_session(request: AnyRequest, sign_in: SignIn, actor: Actor) -> Response[None]:
    """Sign out: the session ends here and on the server."""
    token = str(request.scope.get("token", ""))
    names = sign_in.cookies.holding(request.cookies, token) if token else []
    if actor.kind in {ActorKind.STAFF, ActorKind.TERMINAL}:
        await sign_in.staff.sign_out(_identity(request))
    return Response(None, status_code=204, cookies=[sign_in.cookies.clear(n) for n in names])


@post("/api/session/password", status_code=200, **permit(Permission.SESSION_OWN))
async def change_password(
    request: AnyRequest, sign_in: SignIn, directory: Directory, data: NewPassword, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """Choose a new password; all other sessions of the caller end."""
    identity = _identity(request)
    _require_staff(identity.actor)
    opened = await sign_in.staff.change_password(identity, data.old, data.new, _surface(request))
    return _answer(request, sign_in, directory, opened, language)


@post("/api/session/second-factor", status_code=200, **permit(Permission.SESSION_OWN))
async def begin_second_factor(
    request: AnyRequest, sign_in: SignIn, data: Code | None = None
) -> SecondFactor:
    """Begin to set up a second factor; a present one is replaced only with a code of it."""
    identity = _identity(request)
    _require_staff(identity.actor)
    code = "" if data is None else data.code
    secret, uri = await sign_in.staff.second_factors.begin(identity, code)
    return SecondFactor(secret, uri)


@post("/api/session/second-factor/confirm", status_code=200, **permit(Permission.SESSION_OWN))
async def confirm_second_factor(
    request: AnyRequest, sign_in: SignIn, data: Code
) -> Response[RecoveryCodes]:
    """Prove that the authenticator works; gives the recovery codes and a full session."""
    identity = _identity(request)
    _require_staff(identity.actor)
    codes, opened = await sign_in.staff.confirm_second_factor(
        identity, data.code, _surface(request)
    )
    cookie = sign_in.cookies.make(_surface(request), opened.token, opened.lasts_ms)
    return Response(RecoveryCodes(codes), cookies=[cookie])


@get("/api/session/oidc", **public("this is how one signs in through the bank"))
async def begin_oidc(request: AnyRequest, sign_in: SignIn) -> Redirect:
    """Go to the bank's identity provider, and come back to the page `?next=`."""
    next_page = request.query_params.get("next", "/")
    url, token = await sign_in.oidc.begin(_callback(request), next_page)
    return Redirect(url, cookies=[sign_in.cookies.make_oidc(token, UNDER_WAY_MS)])


@get("/api/session/oidc/callback", **door("the bank's identity provider sends people back here"))
async def finish_oidc(request: AnyRequest, sign_in: SignIn) -> Redirect:
    """Come back from the bank's identity provider with `?state=` and `?code=`."""
    name = sign_in.cookies.name("oidc")
    kept = request.cookies.get(name, "")
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    opened, path = await sign_in.oidc.finish(_callback(request), kept, state, code, "")
    cookie = sign_in.cookies.make("", opened.token, opened.lasts_ms)
    return Redirect(path, cookies=[cookie, sign_in.cookies.clear(name)])


@get("/api/sessions", **permit(Permission.SESSION_OWN))
async def list_sessions(sign_in: SignIn, actor: Actor, owner: str = "") -> SessionList:
    """The caller's own sessions; those of another `owner` for the security administrator."""
    if owner and owner != actor.id:
        actor.require(Permission.ROLES_GRANT)
    return SessionList(await sign_in.staff.list_sessions(owner or actor.id))


@delete("/api/sessions/{session:str}", status_code=204, **permit(Permission.SESSION_OWN))
async def revoke_session(sign_in: SignIn, actor: Actor, session: str) -> None:
    """End a session: one's own, or anybody's for the security administrator."""
    await sign_in.staff.revoke_session(session, actor)


@post("/api/staff/{staff:str}/password", status_code=200, **permit(Permission.STAFF_EDIT))
async def reset_password(sign_in: SignIn, actor: Actor, staff: str) -> NewReset:
    """Give somebody a new password, which they must change at first use."""
    return NewReset(await sign_in.staff.reset_password(staff, actor))


@delete("/api/staff/{staff:str}/second-factor", status_code=204, **permit(Permission.ROLES_GRANT))
async def remove_second_factor(sign_in: SignIn, actor: Actor, staff: str) -> None:
    """Take away a second factor that was lost."""
    await sign_in.staff.second_factors.remove(staff, actor)


# -- terminals -------------------------------------------------------------------------------


@post("/api/terminals/enrol", status_code=200, **door("this is how a machine is enrolled"))
async def enrol_terminal(
    request: AnyRequest, sign_in: SignIn, directory: Directory, data: Code, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """Make this browser a terminal, with the code that an administrator issued."""
    opened = await sign_in.terminals.enrol(data.code, _surface(request))
    return _answer(request, sign_in, directory, opened, language)


@post("/api/branches/{branch:str}/terminals", **permit(Permission.TERMINAL_ENROL))
async def invite_terminal(sign_in: SignIn, branch: str, data: Invite, actor: Actor) -> Invitation:
    """Issue a code for one machine."""
    return await sign_in.terminals.invite(branch, data, actor)


@get("/api/branches/{branch:str}/terminals", **permit(Permission.TERMINAL_ENROL))
async def list_terminals(sign_in: SignIn, branch: str) -> TerminalList:
    """The branch's machines and open invitations."""
    return await sign_in.terminals.list(branch)


@delete(
    "/api/branches/{branch:str}/terminals/{terminal:str}",
    status_code=204,
    **permit(Permission.TERMINAL_ENROL),
)
async def revoke_terminal(sign_in: SignIn, branch: str, terminal: str, actor: Actor) -> None:
    """Shut a machine out at once."""
    await sign_in.terminals.revoke(branch, terminal, actor)


@delete(
    "/api/branches/{branch:str}/invitations/{invitation:str}",
    status_code=204,
    **permit(Permission.TERMINAL_ENROL),
)
async def withdraw_invitation(sign_in: SignIn, branch: str, invitation: str, actor: Actor) -> None:
    """Take an unused code back."""
    await sign_in.terminals.withdraw(branch, invitation, actor)


# -- customers' phones -----------------------------------------------------------------------


@get("/api/branches/{branch:str}/door", **permit(Permission.BOARD_SEE))
async def read_door(request: AnyRequest, sign_in: SignIn, branch: str, actor: Actor) -> DoorCode:
    """The changing code to show at the door; phones themselves may not read it."""
    if actor.kind is ActorKind.CUSTOMER:
        actor.require(Permission.HALL_SEE)
    return sign_in.phones.door_code(branch, _base(request))


@post("/api/phone/door", status_code=200, **door("phones that scan the code at the door"))
async def open_at_door(
    request: AnyRequest, sign_in: SignIn, directory: Directory, data: Code, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """A session for a phone that scanned the code at the door: it may take a ticket."""
    opened = sign_in.phones.open_at_door(data.code)
    return _answer(request, sign_in, directory, opened, language)


@post("/api/phone/open", status_code=200, **door("the public page for tickets and bookings"))
async def open_public_page(
    request: AnyRequest, sign_in: SignIn, directory: Directory, data: OpenPage, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """A session for a branch's public page: it may book, and take a ticket where that is allowed."""
    opened = sign_in.phones.open_public(data.branch)
    return _answer(request, sign_in, directory, opened, language)


@post("/api/phone/link", status_code=200, **door("customers who follow their own link"))
async def open_link(
    request: AnyRequest, sign_in: SignIn, directory: Directory, data: LinkToken, language: str
) -> Response[WhoIAm | ErrorAnswer]:
    """Exchange the token of a customer's link for a cookie."""
    opened = sign_in.phones.open_link(data.token)
    return _answer(request, sign_in, directory, opened, language)


# -- the demo --------------------------------------------------------------------------------


@get("/enter/{token:str}", include_in_schema=False, **public("one-time links of the demo"))
async def enter_demo(sign_in: SignIn, token: str) -> Redirect:
    """Use a one-time link of the demo; there are none outside it."""
    try:
        opened, surface = await sign_in.demo.take(token)
    except Refused as refused:
        if refused.problem is not r.BAD_LINK or not sign_in.demo.is_on:
            raise
        return Redirect("/?link=spent")  # a person opened it: the portal says so in words
    cookie = sign_in.cookies.make(surface, opened.token, opened.lasts_ms)
    # A screen within a surface ("counter-customer") is a page below it.
    return Redirect(f"/{surface.replace('-', '/')}/", cookies=[cookie])


def _require_staff(actor: Actor) -> None:
    if actor.kind is not ActorKind.STAFF:
        raise Refused(SIGN_IN_FIRST)


def _base(request: AnyRequest) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def _callback(request: AnyRequest) -> str:
    return f"{_base(request)}/api/session/oidc/callback"


ROUTES = (
    open_session, read_session, close_session, change_password, begin_second_factor,
    confirm_second_factor, begin_oidc, finish_oidc, list_sessions, revoke_session, reset_password,
    remove_second_factor, enrol_terminal, invite_terminal, list_terminals, revoke_terminal,
    withdraw_invitation, read_door, open_at_door, open_public_page, open_link, enter_demo,
)  # fmt: skip
