from tests.architecture.routes import world

__all__ = ["world"]
