"""Routes of terms and elections."""

from django.urls import path

from branches.views import election_votes, elections, terms

urlpatterns = [
    path("terms/", terms.term_list, name="term_list"),
    path("terms/export/", terms.term_export, name="term_export"),
    path("terms/<int:pk>/revise/", terms.term_revise, name="term_revise"),
    path("terms/<int:pk>/extend/", terms.term_extend, name="term_extend"),
    path("extensions/<int:pk>/decide/", terms.extension_decide, name="extension_decide"),
    path("extensions/<int:pk>/withdraw/", terms.extension_withdraw, name="extension_withdraw"),
    path("organisations/<int:pk>/terms/", terms.organisation_terms, name="organisation_terms"),
    path("organisations/<int:pk>/terms/new/", terms.term_open, name="term_open"),
    path("organisations/<int:pk>/elections/new/", elections.election_open, name="election_open"),
    path("elections/", elections.election_list, name="election_list"),
    path("elections/export/", elections.election_export, name="election_export"),
    path("elections/<int:pk>/", elections.election_detail, name="election_detail"),
    path("elections/<int:pk>/update/", elections.election_update, name="election_update"),
    path("elections/<int:pk>/link/", elections.election_link, name="election_link"),
    path("elections/<int:pk>/excuse/", elections.election_excuse, name="election_excuse"),
    path("elections/<int:pk>/cancel/", elections.election_cancel, name="election_cancel"),
    path("elections/<int:pk>/report/", elections.election_report, name="election_report"),
    path("elections/<int:pk>/approve/", elections.election_approve, name="election_approve"),
    path("elections/<int:pk>/papers/<slug:paper>/", elections.election_paper, name="election_paper"),
    path("excuses/<int:pk>/remove/", elections.election_count_in, name="election_count_in"),
    path("contests/<int:pk>/candidates/", election_votes.candidates, name="contest_candidates"),
    path("contests/<int:pk>/order/", election_votes.candidates_order, name="contest_order"),
    path("contests/<int:pk>/write-in/", election_votes.write_in, name="contest_write_in"),
    path("contests/<int:pk>/count/", election_votes.count, name="contest_count"),
    path("contests/<int:pk>/withdraw/", election_votes.count_withdraw, name="contest_withdraw"),
    path("contests/<int:pk>/vacate/", election_votes.vacate, name="contest_vacate"),
]
