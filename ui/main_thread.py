"""The one bridge from the devices' threads to the window: a call posted anywhere runs on the main thread."""

from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication, QEvent, QObject

CALL = QEvent.Type(QEvent.registerEventType())


class _Call(QEvent):
    """A call on its way; Qt's queue owns it until it is delivered."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__(CALL)
        self.call = call


class MainThread(QObject):
    """Made on the main thread; `post` may be called from any."""

    def post(self, call: Callable[[], None]) -> None:
        """Queue a call; the order of posts is kept. Never runs it at once, not even from the main thread."""
        QCoreApplication.postEvent(self, _Call(call))

    def customEvent(self, event: QEvent | None) -> None:  # noqa: N802 - Qt's name
        if isinstance(event, _Call):
            event.call()
