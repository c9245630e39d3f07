"""Routes of 发展党员."""

from django.urls import path

from branches.views import admission, admission_steps

urlpatterns = [
    path("admission/", admission.applicant_list, name="applicant_list"),
    path("admission/export/", admission.applicant_export, name="applicant_export"),
    path("admission/new/", admission.applicant_create, name="applicant_create"),
    path("admission/due/", admission.admission_due_list, name="admission_due_list"),
    path("admission/due/export/", admission.admission_due_export, name="admission_due_export"),
    path("admission/batch/", admission_steps.admission_batch, name="admission_batch"),
    path("admission/rules/", admission.admission_rule_list, name="admission_rule_list"),
    path("admission/<int:pk>/", admission.applicant_detail, name="applicant_detail"),
    path("admission/<int:pk>/update/", admission.applicant_update, name="applicant_update"),
    path("admission/<int:pk>/stop/", admission.applicant_stop, name="applicant_stop"),
    path("admission/<int:pk>/resume/", admission.applicant_resume, name="applicant_resume"),
    path("admission/<int:pk>/transfer/", admission.applicant_transfer, name="applicant_transfer"),
    path("admission/<int:pk>/history/", admission_steps.admission_history, name="admission_history"),
    path("admission/<int:pk>/steps/<int:step>/", admission_steps.admission_step, name="admission_step"),
    path(
        "admission/<int:pk>/steps/<int:step>/correct/",
        admission_steps.admission_step_correct,
        name="admission_step_correct",
    ),
    path(
        "admission/<int:pk>/steps/<int:step>/withdraw/",
        admission_steps.admission_step_withdraw,
        name="admission_step_withdraw",
    ),
]
