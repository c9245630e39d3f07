"""Routes of classes, hours, certificates and staffing."""

from django.urls import path

from core.imports import import_urls
from education.services.training_imports import CertificateImport, RollImport
from education.views import certificates, classes, hours

urlpatterns = [
    path("education/classes/", classes.class_list, name="class_list"),
    path("education/classes/export/", classes.class_export, name="class_export"),
    path("education/classes/new/", classes.class_create, name="class_create"),
    path("education/classes/<int:pk>/", classes.class_detail, name="class_detail"),
    path("education/classes/<int:pk>/export/", classes.roll_export, name="roll_export"),
    path("education/classes/<int:pk>/update/", classes.class_update, name="class_update"),
    path("education/classes/<int:pk>/members/", classes.roll_pick, name="roll_pick"),
    path("education/classes/<int:pk>/record/", classes.roll_record, name="roll_record"),
    path("education/classes/<int:pk>/close/", classes.class_close, name="class_close"),
    path("education/classes/<int:pk>/reopen/", classes.class_reopen, name="class_reopen"),
    path("education/classes/<int:pk>/cancel/", classes.class_cancel, name="class_cancel"),
    path("education/classes/<int:pk>/issue/", certificates.certificate_issue, name="certificate_issue"),
    path("education/classes/<int:pk>/sheets/", certificates.certificate_sheets, name="certificate_sheets"),
    path("education/lines/<int:pk>/remove/", classes.line_remove, name="line_remove"),
    path("education/hours/", hours.hours_list, name="hours_list"),
    path("education/hours/export/<int:year>/", hours.hours_export, name="hours_export"),
    path("education/hours/refresh/", hours.hours_refresh, name="hours_refresh"),
    path("education/hours/branch/", hours.hours_branch, name="hours_branch"),
    path("education/hours/mine/", hours.hours_mine, name="hours_mine"),
    path("education/hours/rules/", hours.hours_rules, name="hours_rules"),
    path("education/hours/members/<int:pk>/", hours.hours_member, name="hours_member"),
    path("education/certificates/", certificates.certificate_list, name="certificate_list"),
    path("education/certificates/export/", certificates.certificate_export, name="certificate_export"),
    path("education/certificates/<int:pk>/", certificates.certificate_detail, name="certificate_detail"),
    path("education/certificates/<int:pk>/pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path("education/certificates/<int:pk>/mine/", certificates.certificate_own_pdf, name="certificate_own_pdf"),
    path("education/certificates/<int:pk>/revoke/", certificates.certificate_revoke, name="certificate_revoke"),
    path("education/secretaries/", certificates.secretary_list, name="secretary_list"),
    path("education/secretaries/export/", certificates.secretary_export, name="secretary_export"),
    path("education/staffing/", certificates.staffing_list, name="staffing_list"),
    path("education/staffing/export/", certificates.staffing_export, name="staffing_export"),
    *import_urls("training_roll", RollImport, path="education/classes/<int:place>/import/"),
    *import_urls("certificate", CertificateImport, path="education/certificates/import/<int:place>/"),
]
