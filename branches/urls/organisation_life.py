"""Routes of plans, appraisals, talks and rituals."""

from django.urls import path

from branches.views import appraisals, ceremonies, plans, talks

urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/export/", plans.plan_export, name="plan_export"),
    path("plans/new/", plans.plan_create, name="plan_create"),
    path("plans/<int:pk>/", plans.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/update/", plans.plan_update, name="plan_update"),
    path("plans/<int:pk>/cancel/", plans.plan_cancel, name="plan_cancel"),
    path("agendas/", plans.agenda_list, name="agenda_list"),
    path("agendas/<slug:kind>/", plans.agenda_edit, name="agenda_edit"),
    path("appraisals/", appraisals.appraisal_list, name="appraisal_list"),
    path("appraisals/export/", appraisals.appraisal_export, name="appraisal_export"),
    path("appraisals/<int:pk>/", appraisals.appraisal_detail, name="appraisal_detail"),
    path("appraisals/<int:pk>/edit/", appraisals.appraisal_edit, name="appraisal_edit"),
    path("appraisals/<int:pk>/reopen/", appraisals.appraisal_reopen, name="appraisal_reopen"),
    path("meetings/<int:pk>/appraisal/", appraisals.appraisal_begin, name="appraisal_begin"),
    path("talks/", talks.talk_list, name="talk_list"),
    path("talks/export/", talks.talk_export, name="talk_export"),
    path("talks/new/", talks.talk_create, name="talk_create"),
    path("talks/year/", talks.talk_overview, name="talk_overview"),
    path("talks/<int:pk>/", talks.talk_detail, name="talk_detail"),
    path("talks/<int:pk>/remove/", talks.talk_remove, name="talk_remove"),
    path("ceremonies/birthdays/", ceremonies.birthday_list, name="birthday_list"),
    path("ceremonies/birthdays/record/", ceremonies.birthday_record, name="birthday_record"),
    path("ceremonies/oaths/", ceremonies.oath_list, name="oath_list"),
    path("ceremonies/oaths/new/", ceremonies.oath_create, name="oath_create"),
    path("ceremonies/oaths/<int:pk>/remove/", ceremonies.oath_remove, name="oath_remove"),
    path("ceremonies/visits/", ceremonies.home_visit_list, name="home_visit_list"),
    path("ceremonies/visits/new/", ceremonies.home_visit_create, name="home_visit_create"),
    path("ceremonies/visits/<int:pk>/remove/", ceremonies.home_visit_remove, name="home_visit_remove"),
]
