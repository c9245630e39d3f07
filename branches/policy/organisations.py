"""How many belong to an organisation, how its name is usually formed, how its code is given. Pure."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_ENDINGS = {
    "611": "机关委员会",
    "621": "总支部委员会",
    "631": "支部委员会",
    "632": "联合支部委员会",
    "911": "临时委员会",
    "921": "临时总支部委员会",
    "931": "临时支部委员会",
    "932": "临时联合支部委员会",
}


@dataclass(frozen=True, slots=True)
class Headcount:
    """Present members of an organisation and everything below it."""

    full: int
    probationary: int

    @property
    def total(self) -> int:
        return self.full + self.probationary


def suggested_name(unit_name: str, type_code: str) -> str:
    """「中共+单位名称+党组织类型」 (domain.md §14.3)."""
    return f"中共{unit_name.removeprefix('中共')}{TYPE_ENDINGS.get(type_code, '')}"


def next_code(parent_code: str, existing: list[str]) -> str:
    """The parent's code and a serial of three digits, one above the highest ever given under it."""
    prefix = f"{parent_code}-"
    serials = [code[len(prefix) :] for code in existing if code.startswith(prefix)]
    highest = max((int(serial) for serial in serials if serial.isascii() and serial.isdigit()), default=0)
    return f"{prefix}{highest + 1:03d}"
