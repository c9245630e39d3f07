"""Routes of filings, requests, analyses and sit-ins."""

from django.urls import path

from core.imports import import_urls
from oversight.services.paper_imports import FilingImport, SitInImport
from oversight.views import analyses, filings, requests, sit_ins

urlpatterns = [
    path("oversight/filings/", filings.filing_list, name="filing_list"),
    path("oversight/filings/export/", filings.filing_export, name="filing_export"),
    path("oversight/filings/year/", filings.filing_reconcile, name="filing_reconcile"),
    path("oversight/filings/new/", filings.filing_create, name="filing_create"),
    path("oversight/filings/<int:pk>/", filings.filing_detail, name="filing_detail"),
    path("oversight/filings/<int:pk>/update/", filings.filing_update, name="filing_update"),
    path("oversight/filings/<int:pk>/remove/", filings.filing_remove, name="filing_remove"),
    path("oversight/filings/<int:pk>/submit/", filings.filing_submit, name="filing_submit"),
    path("oversight/filings/<int:pk>/correct/", filings.filing_correct, name="filing_correct"),
    path("oversight/filings/<int:pk>/receive/", filings.filing_receive, name="filing_receive"),
    path("oversight/filings/<int:pk>/return/", filings.filing_return, name="filing_return"),
    path("oversight/filings/<int:pk>/extend/", filings.filing_extend, name="filing_extend"),
    path("oversight/filings/<int:pk>/decide/", filings.filing_decide, name="filing_decide"),
    *import_urls("filing", FilingImport, path="oversight/filings/import/<int:place>/"),
    path("oversight/requests/", requests.request_list, name="request_list"),
    path("oversight/requests/export/", requests.request_export, name="request_export"),
    path("oversight/requests/new/", requests.request_create, name="request_create"),
    path("oversight/requests/term/", requests.request_term, name="request_term"),
    path("oversight/requests/<int:pk>/", requests.request_detail, name="request_detail"),
    path("oversight/requests/<int:pk>/reply/", requests.request_reply, name="request_reply"),
    path("oversight/requests/<int:pk>/return/", requests.request_return, name="request_return"),
    path("oversight/requests/<int:pk>/note/", requests.request_note, name="request_note"),
    path("oversight/requests/<int:pk>/withdraw/", requests.request_withdraw, name="request_withdraw"),
    path("oversight/requests/<int:pk>/finish/", requests.request_finish, name="request_finish"),
    path("oversight/analyses/", analyses.analysis_list, name="analysis_list"),
    path("oversight/analyses/export/", analyses.analysis_export, name="analysis_export"),
    path("oversight/analyses/new/", analyses.analysis_create, name="analysis_create"),
    path("oversight/analyses/<int:pk>/", analyses.analysis_detail, name="analysis_detail"),
    path("oversight/analyses/<int:pk>/update/", analyses.analysis_update, name="analysis_update"),
    path("oversight/analyses/<int:pk>/renew/", analyses.analysis_renew, name="analysis_renew"),
    path("oversight/analyses/<int:pk>/finish/", analyses.analysis_finish, name="analysis_finish"),
    path("oversight/analyses/<int:pk>/word/", analyses.analysis_document_download, name="analysis_document"),
    path("oversight/sit-ins/", sit_ins.sit_in_list, name="sit_in_list"),
    path("oversight/sit-ins/export/", sit_ins.sit_in_export, name="sit_in_export"),
    path("oversight/sit-ins/year/", sit_ins.sit_in_summary, name="sit_in_summary"),
    path("oversight/sit-ins/new/", sit_ins.sit_in_create, name="sit_in_create"),
    path("oversight/sit-ins/<int:pk>/", sit_ins.sit_in_detail, name="sit_in_detail"),
    path("oversight/sit-ins/<int:pk>/update/", sit_ins.sit_in_update, name="sit_in_update"),
    path("oversight/sit-ins/<int:pk>/remove/", sit_ins.sit_in_remove, name="sit_in_remove"),
    *import_urls("sit_in", SitInImport, path="oversight/sit-ins/import/<int:place>/"),
]
