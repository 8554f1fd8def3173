"""Tones made here and played by the system's `aplay` through a pipe: no file, no library, no waiting.

Where there is no player or no loudspeaker the station stays silent and works on.
"""

import io
import logging
import wave
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QObject, QProcess

from station.config import Sounds
from ui.presenters.cues import Cue

RATE_HZ = 22050
FADE_S = 0.008  # a tone that starts at once clicks
TONES: dict[Cue, tuple[tuple[float, float], ...]] = {
    Cue.GOOD: ((659.3, 0.09), (987.8, 0.16)),
    Cue.AGAIN: ((493.9, 0.14), (329.6, 0.22)),
    Cue.ATTENTION: ((740.0, 0.1), (0.0, 0.06), (740.0, 0.1), (0.0, 0.06), (740.0, 0.1)),
    Cue.DONE: ((523.3, 0.1), (659.3, 0.1), (784.0, 0.1), (1046.5, 0.26)),
}
Play = Callable[[Cue], None]
log = logging.getLogger("ui.sounds")


def tone(cue: Cue, volume_percent: int) -> bytes:
    """The cue as a WAV file in memory: 16 bits, mono, 22.05 kHz; 0 Hz is a pause."""
    parts = []
    for frequency_hz, length_s in TONES[cue]:
        at_s = np.arange(round(RATE_HZ * length_s)) / RATE_HZ
        fade = np.clip(np.minimum(at_s, length_s - at_s) / FADE_S, 0.0, 1.0)
        parts.append(np.sin(2 * np.pi * frequency_hz * at_s) * fade)
    samples = np.concatenate(parts) * 32767 * 0.8 * volume_percent / 100
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(samples.astype("<i2").tobytes())
    return held.getvalue()


def silence(_cue: Cue) -> None:
    """Sounds are switched off."""


class Speaker(QObject):
    """One tone at a time; a second one while the first still sounds is left out."""

    def __init__(self, settings: Sounds, parent: QObject, program: str = "aplay") -> None:
        super().__init__(parent)
        self._program, self._works = program, settings.enabled and settings.volume_percent > 0
        self._tones = {cue: tone(cue, settings.volume_percent) for cue in Cue} if self._works else {}
        self._process = QProcess(self)
        self._process.errorOccurred.connect(self._failed)

    def play(self, cue: Cue) -> None:
        """Start a tone; never waits and never fails."""
        if not self._works or self._process.state() is not QProcess.ProcessState.NotRunning:
            return
        self._process.start(self._program, ["-q", "-"])
        self._process.write(self._tones[cue])
        self._process.closeWriteChannel()

    @property
    def works(self) -> bool:
        """Whether tones are still tried."""
        return self._works

    def close(self) -> None:
        """Cut a tone that still sounds."""
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(500)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._works = False
            log.info("no tones: %s is not installed", self._program)
