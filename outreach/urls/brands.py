"""Routes of brands."""

from django.urls import path

from outreach.views import brands

urlpatterns = [
    path("outreach/brands/", brands.brand_list, name="brand_list"),
    path("outreach/brands/export/", brands.brand_export, name="brand_export"),
    path("outreach/brands/new/", brands.brand_create, name="brand_create"),
    path("outreach/brands/<int:pk>/", brands.brand_detail, name="brand_detail"),
    path("outreach/brands/<int:pk>/update/", brands.brand_update, name="brand_update"),
    path("outreach/brands/<int:pk>/decide/<slug:state>/", brands.brand_decide, name="brand_decide"),
    path("outreach/brands/<int:pk>/recheck/", brands.brand_recheck, name="brand_recheck"),
    path("outreach/brands/<int:pk>/exit/", brands.brand_exit, name="brand_exit"),
]
