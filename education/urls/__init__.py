"""Routes of the wing, one module per subject."""

from education.urls import study, training

app_name = "education"

urlpatterns = [*study.urlpatterns, *training.urlpatterns]
