"""How a job's state looks."""

from __future__ import annotations

from django import template

from core.models import JobState

register = template.Library()

TONES = {
    JobState.QUEUED: "neutral",
    JobState.RUNNING: "due",
    JobState.DONE: "done",
    JobState.FAILED: "overdue",
    JobState.CANCELLED: "waived",
}


@register.filter
def job_tone(state: str) -> str:
    """The tone of the badge of a state."""
    return TONES[JobState(state)]
