"""Whose a credential is, and that a token which was verified is not verified again with every request."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from ledgerboard_gateway.access_settings import AccessSettings
from ledgerboard_gateway.authentication import Authentication, Credentials
from ledgerboard_gateway.erased import Erased
from ledgerboard_gateway.principals import ROOT, Principal, Role
from ledgerboard_infra.secrets import StaticKey
from ledgerboard_infra.settings import SettingsError, from_env
from ledgerboard_ledger import ErasedPlayers
from ledgerboard_testkit.memory import FixedClock
from tests.unit.gateway.credentials import MemoryKeys, MemoryTokens
from tests.unit.gateway.operating import MemoryCorrectionsLog

ROOT_KEY = "a-key-of-sixteen+"
EVERY_ROLE = frozenset(Role)


class Scene:
    """An authentication whose clock, keys and tokens are at hand."""

    def __init__(self, root_key: str = ROOT_KEY, capacity: int = 10) -> None:
        self.clock, self.keys = FixedClock(), MemoryKeys()
        self.tokens, self.log = MemoryTokens(self.clock), MemoryCorrectionsLog()
        self.erased = Erased(self.log, self.clock, 1, timedelta(seconds=30))
        roles = AccessSettings().roles_of
        self.authentication = Authentication(
            Credentials(root=StaticKey(root_key), keys=self.keys, tokens=self.tokens, erased=self.erased, makers=self),
            roles,
            self.clock,
            remember_for=timedelta(minutes=1),
            capacity=capacity,
        )
        self.principal = self.authentication.principal
        self.seen: list[tuple[str, frozenset[str]]] = []

    def saw(self, name: str, groups: frozenset[str], _issued_at: datetime) -> None:
        self.seen.append((name, groups))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_root_key_has_every_role(scene: Scene) -> None:
    assert scene.principal(ROOT_KEY) == Principal(subject=ROOT, roles=EVERY_ROLE)


@pytest.mark.parametrize("credential", ["", " ", "x", "\x00", "\udcff", "é" * 70_000])
def test_without_a_root_key_nothing_is_taken_for_it(credential: str) -> None:
    assert Scene(root_key="").principal(credential) is None


@pytest.mark.parametrize(
    ("scopes", "roles"),
    [
        (("submit",), {Role.SERVICE}),
        (("read",), {Role.VIEWER}),
        (("admin",), {Role.MANAGER}),
        (("submit", "read"), {Role.SERVICE, Role.VIEWER}),
        (("unheard-of",), set[Role]()),
    ],
)
def test_a_key_has_the_roles_of_its_scopes_and_its_boards(
    scene: Scene, scopes: tuple[str, ...], roles: set[Role]
) -> None:
    key = scene.keys.make("k", *scopes, boards=("race", "cup-*"))
    expected = Principal(subject="key:k", roles=frozenset(roles), boards=("race", "cup-*"))
    assert scene.principal(key) == expected


def test_a_revoked_key_is_nobodys_at_once(scene: Scene) -> None:
    key = scene.keys.make("k", "submit")
    assert scene.principal(key)
    assert scene.principal(scene.keys.revoke(key)) is None


def test_a_token_speaks_for_its_player_and_its_groups_give_the_roles(scene: Scene) -> None:
    found = scene.principal(scene.tokens.issue("ada", "players", "managers", "knitters"))
    roles = frozenset({Role.PLAYER, Role.MANAGER})
    assert found == Principal(subject="player:ada", roles=roles, player="ada")


@pytest.mark.parametrize("name", ["", "a/b", "x" * 65, "line\nfeed", ".."])
def test_a_token_with_a_name_that_no_player_can_have_is_nobodys(scene: Scene, name: str) -> None:
    assert scene.principal(scene.tokens.issue(name, "managers")) is None


def test_a_good_token_is_verified_once_a_minute_and_a_bad_one_always(scene: Scene) -> None:
    good, bad = scene.tokens.issue("ada", "players"), "forged"
    for _ in range(3):
        assert scene.principal(good)
        assert scene.principal(bad) is None
    assert scene.tokens.verified == [good, bad, bad, bad]
    scene.clock.advance(timedelta(minutes=1))
    assert scene.principal(good)
    assert scene.tokens.verified.count(good) == 2


def test_a_remembered_token_is_good_until_it_ends_and_no_longer(scene: Scene) -> None:
    token = scene.tokens.issue("ada", "players", life=timedelta(seconds=10))
    assert scene.principal(token)
    scene.clock.advance(timedelta(seconds=9))
    assert scene.principal(token)
    scene.clock.advance(timedelta(seconds=1))
    assert scene.principal(token) is None


def test_no_more_tokens_are_remembered_than_there_is_room_for() -> None:
    scene = Scene(capacity=2)
    first, *others = [scene.tokens.issue(name, "players") for name in ("ada", "bob", "eve")]
    for token in (first, *others, *others):
        scene.principal(token)
    assert scene.tokens.verified == [first, *others]
    scene.principal(first)
    assert scene.tokens.verified == [first, *others, first]


@pytest.mark.parametrize(
    ("patterns", "board", "covered"),
    [
        (None, "race", True),
        ((), "race", False),
        (("race",), "race", True),
        (("race",), "race2", False),
        (("race*",), "race2", True),
        (("race*",), "race", True),
        (("race*",), "chess", False),
        (("*",), "chess", True),
        (("chess", "race*"), "racing", False),
    ],
)
def test_a_pattern_is_a_name_or_how_names_begin(patterns: tuple[str, ...] | None, board: str, *, covered: bool) -> None:
    assert Principal(subject="key:k", roles=EVERY_ROLE, boards=patterns).covers(board) is covered


def test_two_roles_cannot_be_of_one_group() -> None:
    with pytest.raises(SettingsError, match="_GROUP"):
        from_env(AccessSettings, {"LEDGERBOARD_MANAGERS_GROUP": "players"})


def erase(scene: Scene, player: str) -> None:
    """As another process recorded it."""
    veil = f"sha256:{sha256(b'salt' + player.encode()).hexdigest()}"
    scene.log.erased = ErasedPlayers(b"salt", {veil: scene.clock.now()})


def test_a_token_of_an_erased_player_is_nobodys_once_the_erasure_is_known(scene: Scene) -> None:
    ada, bob = scene.tokens.issue("ada", "players"), scene.tokens.issue("bob", "players")
    assert scene.principal(ada) is not None
    erase(scene, "ada")
    scene.erased.refresh()
    assert scene.principal(ada) is None
    assert scene.principal(bob) is not None


def test_who_comes_back_after_an_erasure_is_known_by_a_new_token(scene: Scene) -> None:
    erase(scene, "ada")
    scene.erased.refresh()
    assert scene.principal(scene.tokens.issue("ada", "players")) is None, "an issuer's clock may be ahead"
    scene.clock.advance(timedelta(seconds=31))
    assert scene.principal(scene.tokens.issue("ada", "players")) is not None


def test_an_erasure_that_was_asked_for_here_is_known_at_once_and_for_as_long_as_a_token_may_live(scene: Scene) -> None:
    ada = scene.tokens.issue("ada", "players", life=timedelta(days=8))
    scene.erased.note("ada", scene.clock.now())
    scene.log.available = False
    scene.erased.refresh()
    assert scene.principal(ada) is None
    scene.log.available = True
    scene.clock.advance(timedelta(days=6))
    scene.erased.refresh()
    assert scene.principal(ada) is None
