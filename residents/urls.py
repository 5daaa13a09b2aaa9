from django.urls import include, path

from residents.views import door, own

# /entra/
door_urls = [
    path("", door.door, name="sign-in"),
    path("codice/", door.code, name="sign-in-code"),
    path("codice/ancora/", door.again, name="sign-in-again"),
    path("chiave/", door.key, name="sign-in-key"),
    path("chiave/sfida/", door.ask_for_key, name="sign-in-key-challenge"),
    path("link/<str:token>/", door.link, name="sign-in-link"),
]
# /io/
own_urls = [
    path("chiavi/", own.keys, name="keys"),
    path("chiavi/sfida/", own.ask_for_new_key, name="key-challenge"),
    path("chiavi/<int:pk>/togli/", own.remove_key, name="remove-key"),
    path("indirizzo/", own.address, name="my-address"),
    path("indirizzo/codice/", own.address_code, name="my-address-code"),
    path("dati/", own.data, name="my-data"),
    path("cancella/", own.erase, name="erase-me"),
]
urlpatterns = [
    path("entra/", include(door_urls)),
    path("esci/", door.leave, name="sign-out"),
    path("cancellato/", own.erased, name="erased"),
    path("io/", include(own_urls)),
]
