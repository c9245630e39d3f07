"""How far one person reaches with one capability: the union over that person's current postings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.roles import ROLES, Capability, Reach

STEP = 4
UNIT_DEPTH = 2
_GRANTS = {role.value: grants for role, grants in ROLES.items()}


@dataclass(frozen=True, slots=True)
class Scope:
    """``everything``: the whole city; ``paths``: subtrees; ``own``: the person's own rows, beside the subtrees."""

    everything: bool = False
    paths: tuple[str, ...] = ()
    own: bool = False

    @property
    def can(self) -> bool:
        return self.everything or bool(self.paths) or self.own

    @property
    def self_only(self) -> bool:
        return self.own and not self.paths and not self.everything

    def covers(self, path: str) -> bool:
        """Whether the organisation at this tree path lies inside the scope (own rows are not judged by path)."""
        return self.everything or path.startswith(self.paths)


def unit_path(path: str) -> str:
    """The path of the unit above (or at) an organisation; units stand at depth 2, the root is its own unit."""
    return path[: STEP * UNIT_DEPTH]


def scope_of(places: Iterable[tuple[str, str]], capability: Capability) -> Scope:
    """The scope of a capability over (role, organisation path) pairs; an unknown role gives nothing."""
    everything = own = False
    paths: set[str] = set()
    for role, path in places:
        reach = _GRANTS.get(role, {}).get(capability)
        everything = everything or reach == Reach.CITY
        own = own or reach == Reach.SELF
        if reach == Reach.OWN:
            paths.add(path)
        elif reach == Reach.UNIT:
            paths.add(unit_path(path))
    if everything:
        return Scope(everything=True, own=own)
    return Scope(paths=_outermost(paths), own=own)


def _outermost(paths: set[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(paths):
        if not path.startswith(tuple(kept)):
            kept.append(path)
    return tuple(kept)
