from django.urls import include, path

from spaces import desk, profile_views

# /io/
own_urls = [
    path("", profile_views.me, name="me"),
    path("profilo/", profile_views.profile, name="profile"),
    path("quartiere/", profile_views.home, name="my-home"),
]
# /<city>/luoghi/<slug>/sportello/
desk_urls = [
    path("", desk.desk, name="desk"),
    path("<int:pk>/", desk.desk_link, name="desk-link"),
]
urlpatterns = [
    path("", include("spaces.people.urls")),
    path("io/", include(own_urls)),
    path("<slug:city>/luoghi/<slug:slug>/sportello/", include(desk_urls)),
]
