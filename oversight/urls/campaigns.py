"""Routes of 专项行动."""

from django.urls import path

from oversight.views import campaigns

urlpatterns = [
    path("oversight/campaigns/", campaigns.campaign_list, name="campaign_list"),
    path("oversight/campaigns/export/", campaigns.campaign_export, name="campaign_export"),
    path("oversight/campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("oversight/campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("oversight/campaigns/<int:pk>/update/", campaigns.campaign_update, name="campaign_update"),
    path("oversight/campaigns/<int:pk>/start/", campaigns.campaign_start, name="campaign_start"),
    path("oversight/campaigns/<int:pk>/end/", campaigns.campaign_end, name="campaign_end"),
    path("oversight/campaigns/<int:pk>/reopen/", campaigns.campaign_reopen, name="campaign_reopen"),
]
