from django.apps import AppConfig


class MutualAidConfig(AppConfig):
    name = "mutual_aid"
    verbose_name = "offers and requests"

    def ready(self) -> None:
        from mutual_aid import erasing

        erasing.declare()
