"""OpenHall: citizen relationship management for local government and its service halls."""

__version__ = "0.1.0"
