"""Routes of 党费."""

from django.urls import path

from branches.views import dues, dues_bases, dues_papers, dues_reliefs

urlpatterns = [
    path("dues/", dues.dues_home, name="dues_home"),
    path("dues/export/", dues_papers.dues_summary_export, name="dues_summary_export"),
    path("dues/mine/", dues.dues_own, name="dues_own"),
    path("dues/rules/", dues.dues_rules, name="dues_rules"),
    path("dues/months/", dues.dues_month_list, name="dues_month_list"),
    path("dues/months/export/", dues.dues_month_export, name="dues_month_export"),
    path("dues/payments/", dues.dues_payment_list, name="dues_payment_list"),
    path("dues/payments/export/", dues.dues_payment_export, name="dues_payment_export"),
    path("dues/payments/<int:pk>/reverse/", dues.dues_reverse, name="dues_reverse"),
    path("dues/members/<int:pk>/", dues.dues_person, name="dues_person"),
    path("dues/members/<int:pk>/pay/", dues.dues_pay, name="dues_pay"),
    path("dues/members/<int:pk>/change/", dues_bases.dues_base_change, name="dues_base_change"),
    path("dues/members/<int:pk>/relief/", dues_reliefs.dues_relief_propose, name="dues_relief_propose"),
    path("dues/reliefs/", dues_reliefs.dues_relief_list, name="dues_relief_list"),
    path("dues/reliefs/export/", dues_reliefs.dues_relief_export, name="dues_relief_export"),
    path("dues/reliefs/<int:pk>/", dues_reliefs.dues_relief, name="dues_relief"),
    path("dues/reliefs/<int:pk>/decide/", dues_reliefs.dues_relief_decide, name="dues_relief_decide"),
    path("dues/reliefs/<int:pk>/end/", dues_reliefs.dues_relief_end, name="dues_relief_end"),
    path("dues/reliefs/<int:pk>/withdraw/", dues_reliefs.dues_relief_withdraw, name="dues_relief_withdraw"),
    path("dues/branches/<int:pk>/", dues.dues_ledger, name="dues_ledger"),
    path("dues/branches/<int:pk>/export/", dues_papers.dues_ledger_export, name="dues_ledger_export"),
    path("dues/branches/<int:pk>/collect/", dues.dues_collect, name="dues_collect"),
    path("dues/branches/<int:pk>/bases/", dues_bases.dues_bases, name="dues_bases"),
    path("dues/branches/<int:pk>/approve/", dues_bases.dues_approve, name="dues_approve"),
    path("dues/branches/<int:pk>/account/", dues_papers.dues_account_page, name="dues_account"),
    path("dues/branches/<int:pk>/account/export/", dues_papers.dues_account_export, name="dues_account_export"),
    path("dues/branches/<int:pk>/template/", dues_papers.dues_template, name="dues_template"),
    path("dues/branches/<int:pk>/upload/", dues_papers.dues_upload, name="dues_upload"),
    path("dues/imports/", dues_papers.dues_import_list, name="dues_import_list"),
    path("dues/imports/<int:pk>/", dues_papers.dues_import, name="dues_import"),
    path("dues/imports/<int:pk>/commit/", dues_papers.dues_import_commit, name="dues_import_commit"),
    path("dues/imports/<int:pk>/drop/", dues_papers.dues_import_drop, name="dues_import_drop"),
]
