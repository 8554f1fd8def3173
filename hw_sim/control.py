"""The director's chair: a unix socket that takes one JSON request a line and answers each with one line.

{"do": "state"}
{"do": "subject", "number": 3}
{"do": "finger", "position": 2, "pressure": 0.1}    position 1..10 or "auto", and any field of scene.Conditions
{"do": "lift"}    no finger until the next "finger"
{"do": "again"}    automatic order: the last finger once more
{"do": "face", "glasses": true}    any field of scene.Pose
{"do": "temperature", "mode": "fever"}    subjects.temperatures.MODES
{"do": "pen", "mode": "line"}    scene.PEN_MODES
{"do": "fault", "device": "topaz", "fault": "unplugged", "on": true}    faults.APPLIES

Each answers {"ok": true} with the whole state, or {"ok": false, "error": sentence} and nothing has changed.
"""

import json
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from hw_sim.scene import PEN_MODES, Conditions, Pose, Scene
from hw_sim.server import Bad, Bench
from hw_sim.subjects.faces import BACKGROUNDS
from hw_sim.subjects.temperatures import MODES

Request = Mapping[str, object]
D = TypeVar("D", Conditions, Pose)
LIMITS = {
    "pressure": (0.0, 1.0),
    "area": (0.05, 1.5),
    "noise": (0.0, 1.0),
    "light": (0.0, 4.0),
    "scale": (0.1, 3.0),
    "blur": (0.0, 50.0),
    "offset_x": (-1.0, 1.0),
    "offset_y": (-1.0, 1.0),
}
"""What a number may be; shifts in millimetres and angles in degrees may be -180..180."""


class Director:
    """Does what requests say to the scene and the devices."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._lock = threading.Lock()
        self._acts: dict[str, Callable[[Request], None]] = {
            "state": _nothing,
            "subject": self._subject,
            "finger": self._finger,
            "lift": self._lift,
            "again": self._again,
            "face": self._face,
            "temperature": self._temperature,
            "pen": self._pen,
            "fault": self._fault,
        }

    def answer(self, line: bytes) -> bytes:
        """The reply line to a request line; never raises for what the request says."""
        with self._lock:
            try:
                reply = self._obey(line)
            except Bad as wrong:
                reply = {"ok": False, "error": str(wrong)}
        return json.dumps(reply).encode("utf-8") + b"\n"

    def _obey(self, line: bytes) -> dict[str, object]:
        try:
            request = json.loads(line)
        except ValueError as wrong:
            raise Bad("A request is one JSON object on one line.") from wrong
        if not isinstance(request, dict):
            raise Bad("A request is one JSON object on one line.")
        act = self._acts.get(str(request.get("do")))
        if act is None:
            raise Bad(f'"do" is one of {", ".join(self._acts)}.')
        act(request)
        return {"ok": True, **self.state()}

    def state(self) -> dict[str, object]:
        """The whole scene and every device's place and faults."""
        scene = self._bench.scene
        hand = scene.hand
        faults = {name: sorted(fault.value for fault in post.faults) for name, post in self._bench.posts.items()}
        return {
            "subject": scene.number,
            "finger": {
                "position": "auto" if hand.position is None else hand.position,
                "on_glass": None if hand.lifted else hand.now_on_glass,
                **asdict(hand.conditions),
            },
            "face": asdict(scene.pose),
            "temperature": scene.temperature,
            "pen": scene.pen,
            "devices": self._bench.describe(),
            "faults": faults,
            "known_faults": {
                name: sorted(fault.value for fault in post.applies) for name, post in self._bench.posts.items()
            },
            "seed": scene.seed,
        }

    @property
    def _scene(self) -> Scene:
        return self._bench.scene

    def _subject(self, request: Request) -> None:
        number = request.get("number")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise Bad('A subject\'s "number" is 0 or more.')
        self._scene.new_person(number)

    def _finger(self, request: Request) -> None:
        hand = self._scene.hand
        position = request.get("position", hand.position if hand.position else "auto")
        fingers = range(1, 11)
        if position != "auto" and (isinstance(position, bool) or position not in fingers):
            raise Bad('A finger\'s "position" is 1..10 (right thumb to little finger, then left), or "auto".')
        hand.conditions = _changed(hand.conditions, request, {"do", "position"})
        hand.position = position if isinstance(position, int) else None
        if request.get("position") == "auto":
            hand.begin()
        hand.lifted = False

    def _lift(self, request: Request) -> None:
        del request
        self._scene.hand.lifted = True

    def _again(self, request: Request) -> None:
        del request
        self._scene.hand.again()

    def _face(self, request: Request) -> None:
        self._scene.pose = _changed(self._scene.pose, request, {"do"})

    def _temperature(self, request: Request) -> None:
        mode = request.get("mode")
        for known in MODES:
            if mode == known:
                self._scene.temperature = known
                self._scene.temperature_changes += 1
                return
        raise Bad(f'A temperature\'s "mode" is one of {", ".join(MODES)}.')

    def _pen(self, request: Request) -> None:
        mode = request.get("mode")
        if mode not in PEN_MODES:
            raise Bad(f'A pen\'s "mode" is one of {", ".join(PEN_MODES)}.')
        self._scene.pen = str(mode)

    def _fault(self, request: Request) -> None:
        on = request.get("on", True)
        if not isinstance(on, bool):
            raise Bad('"on" is true or false.')
        self._bench.fault(str(request.get("device")), str(request.get("fault")), on)


def _nothing(request: Request) -> None:
    del request


def _changed(old: D, request: Request, others: set[str]) -> D:
    """`old` with the fields that the request names; Bad for an unknown field or a value of another type."""
    known = {field.name: type(getattr(old, field.name)) for field in fields(old)}
    new: dict[str, Any] = {}
    for name, value in request.items():
        if name in others:
            continue
        kind = known.get(name)
        if kind is None:
            raise Bad(f"There is no {name!r} to set; there are {', '.join(known)}.")
        given = float(value) if kind is float and type(value) is int else value
        if type(given) is not kind:
            raise Bad(f"{name!r} is a {kind.__name__}.")
        low, high = LIMITS.get(name, (-180.0, 180.0))
        if isinstance(given, float) and not low <= given <= high:
            raise Bad(f"{name!r} lies between {low:g} and {high:g}.")
        if name == "background" and given not in BACKGROUNDS:
            raise Bad(f"A background is one of {', '.join(BACKGROUNDS)}.")
        new[name] = given
    return replace(old, **new)


class ControlServer:
    """Serves the director on a unix socket; removes the socket when closed."""

    def __init__(self, director: Director, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(director.answer(line))

        self._server = _Server(str(path), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
