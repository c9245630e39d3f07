"""Enumerations of the wing, one subject a module."""

from education.choices.certificates import STATE_TONES, CertificateState
from education.choices.classes import SECRETARY_TRAINING, ClassKind, ClassState, LineResult
from education.choices.hours import TrainingMeasure
from education.choices.study import MaterialCategory, StudyPlanKind, StudyPlanState, TopicAudience

__all__ = [
    "SECRETARY_TRAINING",
    "STATE_TONES",
    "CertificateState",
    "ClassKind",
    "ClassState",
    "LineResult",
    "MaterialCategory",
    "StudyPlanKind",
    "StudyPlanState",
    "TopicAudience",
    "TrainingMeasure",
]
