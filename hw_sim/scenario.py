"""What happens at the counter and when: a file of requests to the director, one JSON object a line with its "at_s".

{"at_s": 3.0, "do": "fault", "device": "topaz", "fault": "unplugged", "on": true}
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from hw_sim.control import Director
from hw_sim.server import Bad


@dataclass(frozen=True, slots=True)
class Cue:
    """One request to the director, so many seconds after the start."""

    at_s: float
    request: bytes


def read_cues(text: str) -> list[Cue]:
    """The cues in their order in time; Bad for a line that is none."""
    cues = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            at_s = request.pop("at_s")
        except (ValueError, KeyError, AttributeError, TypeError) as wrong:
            raise Bad(f'Line {number} of the scenario is no JSON object with "at_s".') from wrong
        if isinstance(at_s, bool) or not isinstance(at_s, int | float) or at_s < 0:
            raise Bad(f'Line {number} of the scenario: "at_s" is a number of seconds from 0 on.')
        cues.append(Cue(float(at_s), json.dumps(request).encode("utf-8")))
    return sorted(cues, key=lambda cue: cue.at_s)


class Player:
    """Plays the cues on a thread of its own; `refused` is told what the director did not do."""

    def __init__(
        self,
        cues: list[Cue],
        director: Director,
        refused: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cues = cues
        self._director = director
        self._refused = refused
        self._now_s = monotonic_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scenario", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        begun_s = self._now_s()
        for cue in self._cues:
            if self._stop.wait(max(0.0, begun_s + cue.at_s - self._now_s())):
                return
            reply = json.loads(self._director.answer(cue.request))
            if not reply["ok"]:
                self._refused(f"At {cue.at_s:g} s: {reply['error']}")
