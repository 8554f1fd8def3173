"""Prints the citizen's paper with the system's `lp`, through a pipe: no file is left behind."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QProcess

from station.text import Message, msg


class Printer(QObject):
    """One paper at a time; `say` gets the sentence for the screen and whether it went well."""

    def __init__(self, say: Callable[[Message, bool], None], parent: QObject, program: str = "lp") -> None:
        super().__init__(parent)
        self._say, self._program = say, program
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)

    def send(self, pdf: bytes) -> None:
        """Hand a PDF to the default printer; does not wait."""
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._say(msg("The printer is still working."), False)
            return
        self._process.start(self._program, ["-t", "KTP-el"])
        self._process.write(pdf)
        self._process.closeWriteChannel()

    def _finished(self, code: int) -> None:
        if code == 0:
            self._say(msg("The paper is at the printer."), True)
        else:
            self._say(msg("The printer takes no paper now. Look at the printer, then print again."), False)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._say(msg("No printer is set up. Call the technician."), False)
