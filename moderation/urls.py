from django.urls import include, path

from moderation import views

# /<city>/
city_urls = [
    path("post/<uuid:pk>/segnala/", views.report, name="report"),
    path("post/<uuid:pk>/segnala/grazie/", views.report_thanks, name="report-thanks"),
    path("da-vedere/", views.queue, name="queue"),
    path("da-vedere/<uuid:pk>/", views.decide, name="queue-decide"),
    path("persone/sospendi/", views.suspend_in_city, name="suspend-in-city"),
    path("luoghi/<slug:slug>/persone/sospendi/", views.suspend_here, name="suspend-here"),
]
urlpatterns = [path("<slug:city>/", include(city_urls))]
