"""App configuration."""

from django.apps import AppConfig


class EducationConfig(AppConfig):
    name = "education"
    verbose_name = "理论学习与教育"
