"""Route of the 工作手册."""

from django.urls import path

from branches.views import handbook

urlpatterns = [
    path("organisations/<int:pk>/handbook/", handbook.handbook_order, name="handbook_order"),
]
