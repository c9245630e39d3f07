"""Routes of service activities, communities, pairings and village postings."""

from django.urls import path

from core.imports import import_urls
from outreach.services.pairings_import import PairingImport
from outreach.services.postings_import import PostingImport
from outreach.services.service_import import ServiceImport
from outreach.views import pairings, postings, service

urlpatterns = [
    path("outreach/service/", service.service_list, name="service_list"),
    path("outreach/service/export/", service.service_export, name="service_export"),
    path("outreach/service/new/", service.service_create, name="service_create"),
    *import_urls("service", ServiceImport, path="outreach/service/import/"),
    path("outreach/service/<int:pk>/", service.service_detail, name="service_detail"),
    path("outreach/service/<int:pk>/update/", service.service_update, name="service_update"),
    path("outreach/service/<int:pk>/remove/", service.service_remove, name="service_remove"),
    path("outreach/service/communities/", service.community_list, name="community_list"),
    path("outreach/service/communities/export/", service.community_export, name="community_export"),
    path("outreach/service/communities/new/", service.community_create, name="community_create"),
    path("outreach/service/communities/<int:pk>/end/", service.community_end, name="community_end"),
    path("outreach/service/pairings/", pairings.pairing_list, name="pairing_list"),
    path("outreach/service/pairings/export/", pairings.pairing_export, name="pairing_export"),
    path("outreach/service/pairings/new/", pairings.pairing_create, name="pairing_create"),
    *import_urls("pairing", PairingImport, path="outreach/service/pairings/import/"),
    path("outreach/service/pairings/<int:pk>/", pairings.pairing_detail, name="pairing_detail"),
    path("outreach/service/pairings/<int:pk>/end/", pairings.pairing_end, name="pairing_end"),
    path("outreach/service/pairings/<int:pk>/needs/new/", pairings.need_create, name="need_create"),
    path("outreach/service/pairings/<int:pk>/visits/new/", pairings.visit_create, name="visit_create"),
    path("outreach/service/visits/<int:pk>/remove/", pairings.visit_remove, name="visit_remove"),
    path("outreach/service/needs/", pairings.need_list, name="need_list"),
    path("outreach/service/needs/export/", pairings.need_export, name="need_export"),
    path("outreach/service/needs/<int:pk>/", pairings.need_detail, name="need_detail"),
    path("outreach/service/needs/<int:pk>/update/", pairings.need_update, name="need_update"),
    path("outreach/service/needs/<int:pk>/done/", pairings.need_done, name="need_done"),
    path("outreach/service/needs/<int:pk>/remove/", pairings.need_remove, name="need_remove"),
    path("outreach/service/postings/", postings.posting_list, name="posting_list"),
    path("outreach/service/postings/export/", postings.posting_export, name="posting_export"),
    path("outreach/service/postings/new/", postings.posting_create, name="posting_create"),
    *import_urls("posting", PostingImport, path="outreach/service/postings/import/"),
    path("outreach/service/postings/<int:pk>/", postings.posting_detail, name="posting_detail"),
    path("outreach/service/postings/<int:pk>/update/", postings.posting_update, name="posting_update"),
    path("outreach/service/postings/<int:pk>/years/<int:year>/", postings.posting_year, name="posting_year"),
    path("outreach/service/postings/<int:pk>/finish/", postings.posting_finish, name="posting_finish"),
]
