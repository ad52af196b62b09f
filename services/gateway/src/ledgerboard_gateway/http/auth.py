"""The guard of every operation: who asks, and may they.

A request is authenticated once, when its caller is first asked for; what came of it is kept in the WSGI environ. Where
an operation asks for nothing, credentials are not even looked at, so a page that was kept is as good for everybody.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import request

from ledgerboard_gateway.authentication import Authentication
from ledgerboard_gateway.http.access import HELD_INSIDE, OF_KEYS, ROLES, Access, access_of
from ledgerboard_gateway.http.limiting import Limiting
from ledgerboard_gateway.http.problems import ProblemError, ProblemType
from ledgerboard_gateway.http.requests import ADDRESS, CALLER, HELD, REQUEST_ID, TRUSTED, caller, hold
from ledgerboard_gateway.principals import ROOT, Principal, Role
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger

_CLASSIC: Final = ("/users/", "/levels/", "/scores/")
"""How the paths begin whose clients send a token without the word ``Bearer``, as published."""

_TRUSTED: Final = frozenset({Role.SERVICE, Role.MANAGER})
_NOT_ASKED: Final = object()

_log = get_logger(__name__)


class Guard:
    """Lets in whom `ACCESS` lets in, and nobody else."""

    def __init__(self, authentication: Authentication, limiting: Limiting, *, reads_closed: bool) -> None:
        self._authentication = authentication
        self._limiting = limiting
        self._reads_closed = reads_closed

    def asks(self, access: Access) -> bool:
        """Whether a credential is needed."""
        return access is not Access.OPEN and (access is not Access.READ or self._reads_closed)

    def check(self, method: str, rule: str) -> Callable[[], None]:
        """What to do before the view of an operation. Raises the 401 or 403 problem.

        Itself it raises `UnlistedOperationError` for an operation without an entry.
        """
        access = access_of(method, rule)
        if not self.asks(access):
            return self._admit_reader if access is Access.READ else self._greet
        operation = f"{method} {rule}"
        return partial(self._require, access, held_inside=operation in HELD_INSIDE, makes_keys=operation in OF_KEYS)

    def reads_all(self, environ: dict[str, Any]) -> bool:
        """Whether whoever asks may read every board. While nobody can tell, no."""
        if not self._reads_closed:
            return True
        try:
            principal = self._visitor(environ)()
        except UnavailableError:
            return False
        if principal is None or principal.makes_keys_only:
            return False
        return principal.boards is None and principal.is_any(ROLES[Access.READ])

    def count_read(self, environ: dict[str, Any]) -> None:
        """Take note of a read. Raises the 429 problem where whoever asks may not read any more for now."""
        self._limiting.read(environ, self._visitor(environ))

    def _greet(self) -> None:
        self._visitor(request.environ)

    def _admit_reader(self) -> None:
        self.count_read(request.environ)

    def _require(self, access: Access, *, held_inside: bool, makes_keys: bool) -> None:
        self._visitor(request.environ)
        principal = caller()
        if not principal.is_any(ROLES[access]):
            raise ProblemError(ProblemType.FORBIDDEN, "Your roles do not allow this.")
        if principal.makes_keys_only and not makes_keys:
            raise ProblemError(ProblemType.FORBIDDEN, "Beside an admin key, the write key opens /v1/keys alone.")
        if principal.is_any(_TRUSTED):
            request.environ[TRUSTED] = True
        self._limit(access, principal)
        if principal.boards is not None:
            request.environ[HELD] = principal
            if not held_inside:
                _hold_by_path()

    def _limit(self, access: Access, principal: Principal) -> None:
        """What players may read and write beside scores; those have their limit where they are let in."""
        if not principal.is_only_player:
            return
        if access is Access.READ:
            self.count_read(request.environ)
        elif access is not Access.SUBMIT:
            self._limiting.write(principal)

    def _visitor(self, environ: dict[str, Any]) -> Callable[[], Principal | None]:
        asked: Callable[[], Principal | None] | None = environ.get(CALLER)
        if asked is None:
            asked = environ[CALLER] = _Visitor(self._authentication, environ)
        return asked


class _Visitor:
    """Whoever sent a request; looked up when first called. Each use of the write key is logged."""

    __slots__ = ("_authentication", "_environ", "_found")

    def __init__(self, authentication: Authentication, environ: dict[str, Any]) -> None:
        self._authentication = authentication
        self._environ = environ
        self._found: Any = _NOT_ASKED

    @property
    def subject(self) -> str | None:
        """Who it is, if anybody has asked so far and it is anybody."""
        return self._found.subject if isinstance(self._found, Principal) else None

    def __call__(self) -> Principal | None:
        """The principal, or None without a valid credential. Raises `UnavailableError`, as often as it is called."""
        if self._found is _NOT_ASKED:
            try:
                self._found = self._authentication.principal(_credential(self._environ))
            except UnavailableError as error:
                self._found = error
            if isinstance(self._found, Principal) and self._found.subject == ROOT:
                _log_root(self._environ, self._found)
        if isinstance(self._found, UnavailableError):
            raise self._found
        found: Principal | None = self._found
        return found


def _log_root(environ: dict[str, Any], root: Principal) -> None:
    _log.warning(
        "the write key was used",
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        address=environ.get(ADDRESS),
        request_id=environ.get(REQUEST_ID),
        makes_keys_only=root.makes_keys_only,
    )


def _hold_by_path() -> None:
    """A key of some boards gets at what is of one of them, and at nothing that is of none or of all."""
    named = request.view_args or {}
    board = named.get("board", named.get("leaderboard"))
    if board is None:
        raise ProblemError(ProblemType.FORBIDDEN, "This is for keys of all boards.")
    hold(board)


def _credential(environ: dict[str, Any]) -> str:
    """The bearer credential of a request, or nothing."""
    given: str = environ.get("HTTP_AUTHORIZATION", "").strip()
    scheme, _, credential = given.partition(" ")
    if scheme.lower() == "bearer":
        return credential.strip()
    is_classic = f"{environ['PATH_INFO']}/".startswith(_CLASSIC)
    return given if is_classic and not credential else ""
