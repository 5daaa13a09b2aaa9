from django.urls import include, path

urlpatterns = [path("", include("spaces.people.urls"))]
