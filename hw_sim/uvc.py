"""A UVC camera as OpenCV sees one without hardware: MJPEG over HTTP on the loopback interface."""

import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import numpy.typing as npt

from hw_sim.faults import Fault
from hw_sim.scene import Scene

Picture = npt.NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
RATE_HZ = 15.0
SLOW_RATE_HZ = 0.4
"""Clearly slower than the two seconds after which hosts give a stream up."""
JPEG_QUALITY = 85
PATH = "/video.mjpg"
BOUNDARY = "frame"


class Camera:
    """Takes pictures of the scene's face; each frame has its own noise."""

    def __init__(self, scene: Scene, faults: set[Fault]) -> None:
        self._scene = scene
        self._faults = faults
        self._frame = 0
        self._last: bytes | None = None
        self._lock = threading.Lock()

    @property
    def period_s(self) -> float:
        return 1 / (SLOW_RATE_HZ if Fault.SLOW in self._faults else RATE_HZ)

    def silent(self) -> bool:
        """Whether the stream is open and no frame comes."""
        return bool({Fault.SILENT, Fault.STUCK_BUSY} & self._faults)

    def jpeg(self) -> bytes:
        """The next frame."""
        with self._lock:
            if Fault.CAMERA_FROZEN in self._faults and self._last is not None:
                return self._last
            self._last = self._encode(self._see())
            return self._last

    def _see(self) -> Picture:
        self._frame += 1
        if Fault.CAMERA_BLACK in self._faults:
            return np.random.default_rng(self._frame).integers(0, 3, (HEIGHT, WIDTH, 3), np.uint8)
        if Fault.WRONG_DEVICE in self._faults:
            return _colour_bars()
        return self._scene.face(WIDTH, HEIGHT, self._frame)

    @staticmethod
    def _encode(picture: Picture) -> bytes:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        return data.tobytes()


def _colour_bars() -> Picture:
    bars = np.array([[c & 4 and 255, c & 2 and 255, c & 1 and 255] for c in range(7, -1, -1)], np.uint8)
    return np.ascontiguousarray(np.broadcast_to(np.repeat(bars, WIDTH // 8, axis=0), (HEIGHT, WIDTH, 3)))


class MjpegServer:
    """Serves one camera on a port of 127.0.0.1; the same port again after being plugged in again."""

    def __init__(self, camera: Camera, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._camera = camera
        self._now_s = monotonic_s
        self._unplugged = threading.Event()
        self._clients: set[socket.socket] = set()
        self._plugged = False
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.plug()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}{PATH}" if self._plugged else ""

    def plug(self) -> None:
        if self._plugged:
            return
        self._plugged = True
        self._unplugged.clear()
        self._server = _Server(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="mjpeg", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull it out: connections break and new ones are refused."""
        if not self._plugged or self._server is None or self._thread is None:
            return
        self._plugged = False
        self._unplugged.set()
        self._server.shutdown()
        for client in list(self._clients):
            _hang_up(client)
        self._server.server_close()
        self._thread.join()

    def close(self) -> None:
        self.unplug()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != PATH:
                    self.send_error(404)
                    return
                outer._clients.add(self.connection)
                try:
                    outer._stream(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    outer._clients.discard(self.connection)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is logged: a client comes and goes as it likes."""

        return Handler

    def _stream(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        handler.send_header("Cache-Control", "no-store")
        handler.end_headers()
        due_s = self._now_s()
        while self._plugged:
            if not self._camera.silent():
                jpeg = self._camera.jpeg()
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                handler.wfile.write(head.encode("ascii") + jpeg + b"\r\n")
            due_s = max(due_s + self._camera.period_s, self._now_s())
            self._unplugged.wait(max(0.0, due_s - self._now_s()))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    allow_reuse_address = True


def _hang_up(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
