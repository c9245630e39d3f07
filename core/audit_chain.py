"""The chain over the audit trail: sealing, and finding every change made behind it.

hash(n) = SM3(hash(n-1) + canonical JSON of the event), kept in a side table because an event's own row may not change.
Events are sealed in the order in which they are found, a minute or so after their commit; gaps in event ids mean
nothing (rolled-back transactions leave them), gaps in seal numbers mean a deletion. The last seal is also written to a
file outside the database, so that a cut-off or rewritten chain shows.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from core import append_only
from core.models import AuditEvent, AuditSeal
from core.sm3 import sm3_hex

GENESIS = "0" * 64
BATCH = 1000
RETRIES = 5
LOOK_BACK = 10_000  # event ids: a long transaction commits its event after later ones were sealed
SEAL_WITHIN = timedelta(minutes=10)
BACKDATED_BY = timedelta(hours=2)  # no transaction is open that long
FIELDS = tuple(column.attname for column in AuditEvent._meta.concrete_fields)

logger = logging.getLogger(__name__)


@dataclass
class ChainReport:
    """What a walk over the chain found; every list is empty when nothing is wrong."""

    checked: int = 0
    changed: list[int] = field(default_factory=list)  # event ids whose row no longer matches its seal
    missing: list[int] = field(default_factory=list)  # event ids sealed but gone
    broken: list[int] = field(default_factory=list)  # seal numbers missing, moved or not continuing the chain
    unsealed: list[int] = field(default_factory=list)  # event ids older than ten minutes without a seal
    backdated: list[int] = field(default_factory=list)  # event ids far older than what was sealed before them
    anchors: list[int] = field(default_factory=list)  # anchored seal numbers that the chain no longer has
    triggers: list[str] = field(default_factory=list)  # database triggers not in force

    @property
    def is_intact(self) -> bool:
        return not self.problems()

    def problems(self) -> dict[str, list[Any]]:
        """Chinese name of each kind of damage with what it concerns."""
        named: dict[str, list[Any]] = {
            "内容被改的事件": self.changed,
            "已封存而缺失的事件": self.missing,
            "断裂的封存序号": self.broken,
            "超过十分钟未封存的事件": self.unsealed,
            "时间被倒填的事件": self.backdated,
            "与外部锚点不符的封存序号": self.anchors,
            "失效的数据库触发器": self.triggers,
        }
        return {name: found for name, found in named.items() if found}

    def lines(self, shown: int = 20) -> list[str]:
        """The outcome in Chinese, worst first."""
        if self.is_intact:
            return [f"审计链完整，已核对 {self.checked} 条封存。"]
        details = []
        for name, found in self.problems().items():
            more = f" 等 {len(found)} 项" if len(found) > shown else ""
            details.append(f"{name}：{'、'.join(map(str, found[:shown]))}{more}")
        return [f"审计链不完整，已核对 {self.checked} 条封存。", *details]


def audit_seal(*, everything: bool = False) -> int:
    """Seal what is not sealed yet; the number of events sealed. Safe against others who do the same.

    Looks only at recent ids unless ``everything`` is asked for, so that the cost does not grow with the trail.
    """
    sealed = 0
    for attempt in range(RETRIES):
        try:
            while count := _seal_batch(everything):
                sealed += count
            break
        except IntegrityError:  # another sealer took the same numbers
            if attempt == RETRIES - 1:
                logger.warning("audit seal: gave way to another sealer")
    if sealed:
        _write_anchor()
    return sealed


def audit_verify(progress: Callable[[int, int], None] | None = None) -> ChainReport:
    """Walk the whole chain and compare it with the events, the anchors and the triggers.

    ``progress`` is told the number of seals checked, and of all.
    """
    total = AuditSeal.objects.count()
    report = ChainReport(triggers=append_only.missing(connection))
    anchors = read_anchors()
    previous, expected, latest = GENESIS, 1, datetime.min.replace(tzinfo=UTC)
    for seals in _batches(AuditSeal.objects.order_by("seq").iterator(chunk_size=BATCH)):
        events = {row["id"]: row for row in _rows(AuditEvent.objects.filter(pk__in=[seal.event_id for seal in seals]))}
        for seal in seals:
            row = events.get(seal.event_id)
            _check(report, seal, previous, expected, row)
            latest = _check_time(report, row, latest)
            if not anchors.pop(seal.seq, {seal.hash}) <= {seal.hash}:
                report.anchors.append(seal.seq)
            previous, expected = seal.hash, seal.seq + 1
            report.checked += 1
        if progress:
            progress(report.checked, total)
    report.anchors.extend(sorted(anchors))
    late = _unsealed(everything=True).filter(at__lt=timezone.now() - SEAL_WITHIN)
    report.unsealed.extend(late.values_list("pk", flat=True)[:BATCH])
    return report


def link(previous: str, row: dict[str, Any]) -> str:
    """The hash of an event behind the previous hash."""
    values = {name: _canonical(row[name]) for name in FIELDS}
    text = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sm3_hex(previous.encode() + text.encode())


def read_anchors() -> dict[int, set[str]]:
    """Seal numbers with the hashes written outside the database for this chain."""
    found: dict[int, set[str]] = {}
    if anchor_file().exists():
        for line in anchor_file().read_text().splitlines():
            parts = line.split()
            if len(parts) == 3 and parts[1].isdecimal():
                found.setdefault(int(parts[1]), set()).add(parts[2])
    return found


def anchor_file() -> Path:
    """One file per database, so that two databases of one installation do not accuse each other."""
    database = connection.settings_dict
    name = "|".join(str(database.get(part) or "") for part in ("ENGINE", "HOST", "PORT", "NAME"))
    return Path(settings.VAR_DIR) / "audit_anchor" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.log"


def _seal_batch(everything: bool) -> int:
    with transaction.atomic():
        last = AuditSeal.objects.order_by("-seq").first()
        previous, seq = (last.hash, last.seq) if last else (GENESIS, 0)
        seals = []
        for row in _rows(_unsealed(everything=everything).order_by("pk")[:BATCH]):
            previous, seq = link(previous, row), seq + 1
            seals.append(AuditSeal(seq=seq, event_id=row["id"], hash=previous))
        AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _unsealed(*, everything: bool) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(~Exists(AuditSeal.objects.filter(event_id=OuterRef("pk"))))
    if everything:
        return events
    newest = AuditSeal.objects.aggregate(newest=Max("event_id"))["newest"] or 0
    return events.filter(pk__gt=newest - LOOK_BACK)


def _rows(events: QuerySet[AuditEvent]) -> Iterator[dict[str, Any]]:
    return events.values(*FIELDS).iterator(chunk_size=BATCH)


def _batches(seals: Iterator[AuditSeal]) -> Iterator[list[AuditSeal]]:
    for _, group in groupby(enumerate(seals), key=lambda pair: pair[0] // BATCH):
        yield [seal for _, seal in group]


def _check(report: ChainReport, seal: AuditSeal, previous: str, expected: int, row: dict[str, Any] | None) -> None:
    if seal.seq != expected:
        report.broken.append(seal.seq)
    if row is None:
        report.missing.append(seal.event_id)
    elif link(previous, row) != seal.hash:
        report.changed.append(seal.event_id)


def _check_time(report: ChainReport, row: dict[str, Any] | None, latest: datetime) -> datetime:
    if row is None:
        return latest
    if row["at"] + BACKDATED_BY < latest:
        report.backdated.append(row["id"])
    return max(row["at"], latest)


def _canonical(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _write_anchor() -> None:
    """Append "time seq hash" to the anchor file and the log; a disk that is full must not stop the sealing."""
    last = AuditSeal.objects.order_by("-seq").first()
    if last is None:
        return
    logger.info("audit anchor %s %s", last.seq, last.hash)
    try:
        anchor_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with anchor_file().open("a") as file:
            file.write(f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {last.seq} {last.hash}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        logger.exception("audit anchor not written")
