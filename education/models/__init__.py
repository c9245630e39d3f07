"""Tables of the wing: study, training classes, hours, certificates."""

from education.models.certificates import Certificate
from education.models.classes import TrainingClass, TrainingLine
from education.models.conduct import ConductCommitment, ConductText
from education.models.first_topics import FirstTopic, FirstTopicDocument
from education.models.hours import HoursRefresh, HoursYear, TrainingRule
from education.models.materials import Material
from education.models.plans import StudyLink, StudyPlan, StudyTask, StudyTopic

__all__ = [
    "Certificate",
    "ConductCommitment",
    "ConductText",
    "FirstTopic",
    "FirstTopicDocument",
    "HoursRefresh",
    "HoursYear",
    "Material",
    "StudyLink",
    "StudyPlan",
    "StudyTask",
    "StudyTopic",
    "TrainingClass",
    "TrainingLine",
    "TrainingRule",
]
