"""The door for apps above: what they register so that a rule may be measured by their records (docs/adr/0009)."""

from branches.policy.measures import Figure, Measure, MeasureSpan, register_measure
from branches.services.closing_guard import refuse_closed
from branches.services.obligations import obligations_measured

__all__ = ["Figure", "Measure", "MeasureSpan", "obligations_measured", "refuse_closed", "register_measure"]
