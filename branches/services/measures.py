"""The door for apps above: what they register so that a rule may be measured by their records (docs/adr/0009, 0010)."""

from branches.policy.deadlines import Deadline, DeadlineSource, register_deadlines
from branches.policy.measures import Figure, Measure, MeasureSpan, register_measure
from branches.services.closing_guard import refuse_closed
from branches.services.deadlines import deadlines_refresh
from branches.services.obligations import obligations_measured

__all__ = [
    "Deadline",
    "DeadlineSource",
    "Figure",
    "Measure",
    "MeasureSpan",
    "deadlines_refresh",
    "obligations_measured",
    "refuse_closed",
    "register_deadlines",
    "register_measure",
]
