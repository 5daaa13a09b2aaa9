from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = "what coordinators look at"

    def ready(self) -> None:
        from moderation import erasing

        erasing.declare()
