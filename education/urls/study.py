"""Routes of study plans, materials, 第一议题 and the code of conduct."""

from django.urls import path

from core.imports import import_urls
from education.services.topic_imports import TopicImport
from education.views import conduct, first_topics, materials, plans, study, topics

urlpatterns = [
    path("education/study/", study.own_study, name="own_study"),
    path("education/study/link/", study.study_link, name="study_link"),
    path("education/plans/", plans.plan_list, name="plan_list"),
    path("education/plans/export/", plans.plan_export, name="plan_export"),
    path("education/plans/new/", plans.plan_create, name="plan_create"),
    path("education/plans/<int:pk>/", plans.plan_detail, name="plan_detail"),
    path("education/plans/<int:pk>/update/", plans.plan_update, name="plan_update"),
    path("education/plans/<int:pk>/copy/", plans.plan_copy, name="plan_copy"),
    path("education/plans/<int:pk>/publish/", plans.plan_publish, name="plan_publish"),
    path("education/plans/<int:pk>/close/", plans.plan_close, name="plan_close"),
    path("education/plans/<int:pk>/discard/", plans.plan_discard, name="plan_discard"),
    path("education/plans/<int:pk>/progress/", plans.plan_progress, name="plan_progress"),
    path("education/plans/<int:pk>/branches/", plans.task_list, name="task_list"),
    path("education/plans/<int:pk>/branches/export/", plans.task_export, name="task_export"),
    path("education/plans/<int:pk>/topics/new/", topics.topic_create, name="topic_create"),
    path("education/plans/<int:pk>/topics/export/", plans.topic_export, name="topic_export"),
    path("education/topics/<int:pk>/update/", topics.topic_update, name="topic_update"),
    path("education/topics/<int:pk>/remove/", topics.topic_remove, name="topic_remove"),
    path("education/topics/<int:pk>/change/", topics.topic_change, name="topic_change"),
    path("education/materials/", materials.material_list, name="material_list"),
    path("education/materials/export/", materials.material_export, name="material_export"),
    path("education/materials/new/", materials.material_create, name="material_create"),
    path("education/materials/<int:pk>/", materials.material_detail, name="material_detail"),
    path("education/materials/<int:pk>/update/", materials.material_update, name="material_update"),
    path("education/materials/<int:pk>/withdraw/", materials.material_withdraw, name="material_withdraw"),
    path("education/first-topics/", first_topics.first_topic_list, name="first_topic_list"),
    path("education/first-topics/export/", first_topics.first_topic_export, name="first_topic_export"),
    path("education/first-topics/new/", first_topics.first_topic_create, name="first_topic_create"),
    path("education/first-topics/meeting/<int:pk>/", first_topics.first_topic_from_log, name="first_topic_from_log"),
    path("education/first-topics/<int:pk>/", first_topics.first_topic_detail, name="first_topic_detail"),
    path("education/first-topics/<int:pk>/update/", first_topics.first_topic_update, name="first_topic_update"),
    path("education/conduct/", conduct.conduct_read, name="conduct_read"),
    path("education/conduct/commit/", conduct.conduct_commit, name="conduct_commit"),
    path("education/conduct/publish/", conduct.conduct_publish, name="conduct_publish"),
    *import_urls("topic", TopicImport, path="education/plans/<int:place>/topics/import/"),
]
