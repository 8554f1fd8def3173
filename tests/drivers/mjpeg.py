"""A tiny MJPEG server on the loopback interface."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np


class Stream:
    """What the server sends: moving pictures, the same one for ever, nothing more, or the end."""

    def __init__(self) -> None:
        self.moving = True
        self.silent = False
        self.ended = threading.Event()
        self.url = ""


def picture(step: int) -> bytes:
    """A JPEG of a bar that moves with `step`."""
    pixels = np.full((120, 160, 3), 40, dtype=np.uint8)
    at = step * 8 % 160
    pixels[:, at : at + 8] = (30, 200, 90)
    found, jpeg = cv2.imencode(".jpg", pixels)
    assert found
    return jpeg.tobytes()


@contextmanager
def mjpeg_server() -> Iterator[Stream]:
    stream = Stream()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            step = 0
            try:
                while not stream.ended.wait(1 / 30):
                    if stream.silent:
                        continue
                    jpeg = picture(step)
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode("ascii") + jpeg + b"\r\n")
                    step += stream.moving
            except OSError:
                return  # the viewer went away

        def log_message(self, format: str, *args: object) -> None:
            del format, args  # a test's output is no place for it

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stream.url = f"http://127.0.0.1:{server.server_address[1]}/stream.mjpg"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stream
    finally:
        stream.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
