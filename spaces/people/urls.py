from django.urls import include, path

from spaces.people import views

# /<city>/luoghi/<slug>/
space_urls = [
    path("partecipa/", views.join, name="space-join"),
    path("lascia/", views.leave, name="space-leave"),
    path("persone/", views.space_people, name="space-people"),
    path("persone/<int:pk>/", views.person, name="space-person"),
    path("persone/sospese/<int:pk>/togli/", views.lift_here, name="space-ban-lift"),
]
# /<city>/persone/
city_urls = [
    path("", views.city_people, name="city-people"),
    path("<int:pk>/togli/", views.end_city_role, name="city-role-end"),
    path("sospese/<int:pk>/togli/", views.lift_in_city, name="city-ban-lift"),
]
urlpatterns = [
    path("<slug:city>/luoghi/<slug:slug>/", include(space_urls)),
    path("<slug:city>/persone/", include(city_urls)),
]
