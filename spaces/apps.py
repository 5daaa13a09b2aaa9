from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "spaces"
    verbose_name = "cities, neighbourhoods and places"

    def ready(self) -> None:
        from spaces import erasing

        erasing.declare()
