from django.urls import include, path

from mutual_aid.writing import own, views

# /<city>/scrivi/<uuid>/
draft_urls = [
    path("", views.what, name="write-what"),
    path("parole/", views.words, name="write-words"),
    path("foto/", views.picture, name="draft-photo"),
    path("dove/", views.place, name="write-place"),
    path("controlla/", views.check, name="write-check"),
    path("pubblica/", views.send, name="write-publish"),
]
# /<city>/post/<uuid>/
own_urls = [
    path("cambia/", own.change, name="post-change"),
    path("ritira/", own.withdraw, name="post-withdraw"),
    path("rinnova/", own.renew, name="post-renew"),
    path("fatto/", own.done, name="post-done"),
    path("storia/", own.history, name="post-history"),
    path("indirizzo/", own.address, name="post-address"),
]
urlpatterns = [
    path("<slug:city>/scrivi/", views.begin, name="write"),
    path("<slug:city>/scrivi/<uuid:pk>/", include(draft_urls)),
    path("<slug:city>/post/<uuid:pk>/", include(own_urls)),
    path("<slug:city>/mie/", own.mine, name="mine"),
]
