"""Paths of accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("login/", views.login_page, name="login"),
    path("login/code/", views.login_code, name="login_code"),
    path("logout/", views.logout_page, name="logout"),
    path("reset/<str:uid>/<str:token>/", views.password_reset, name="password_reset"),
    path("account/", views.account_home, name="account_home"),
    path("account/password/", views.password_change, name="password_change"),
    path("account/factor/", views.factor_setup, name="factor_setup"),
    path("account/factor/qr.svg", views.factor_qr, name="factor_qr"),
    path("account/factor/remove/", views.factor_remove, name="factor_remove"),
    path("account/sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("accounts/users/", views.user_list, name="user_list"),
    path("accounts/users/new/", views.user_create, name="user_create"),
    path("accounts/users/<int:pk>/", views.user_detail, name="user_detail"),
    path("accounts/users/<int:pk>/disable/", views.user_disable, name="user_disable"),
    path("accounts/users/<int:pk>/enable/", views.user_enable, name="user_enable"),
    path("accounts/users/<int:pk>/unlock/", views.user_unlock, name="user_unlock"),
    path("accounts/users/<int:pk>/factor-reset/", views.user_factor_reset, name="user_factor_reset"),
    path("accounts/users/<int:pk>/sessions-end/", views.user_sessions_end, name="user_sessions_end"),
    path("accounts/users/<int:pk>/reset-link/", views.user_reset_link, name="user_reset_link"),
    path("accounts/postings/", views.posting_list, name="posting_list"),
    path("accounts/postings/<int:pk>/revoke/", views.posting_revoke, name="posting_revoke"),
    path("accounts/proposals/", views.proposal_list, name="proposal_list"),
    path("accounts/proposals/new/", views.proposal_create, name="proposal_create"),
    path("accounts/proposals/places/", views.grant_places, name="grant_places"),
    path("accounts/proposals/<int:pk>/", views.proposal_detail, name="proposal_detail"),
    path("accounts/proposals/<int:pk>/approve/", views.proposal_approve, name="proposal_approve"),
    path("accounts/proposals/<int:pk>/refuse/", views.proposal_refuse, name="proposal_refuse"),
]
