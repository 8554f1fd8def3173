"""Zeroing what held a capture, in place."""

import numpy as np
import numpy.typing as npt


def wipe(buffer: "bytearray | memoryview | npt.NDArray[np.generic]") -> None:
    """Overwrite every byte with zero; read-only memory is a caller's bug and raises TypeError or ValueError."""
    if isinstance(buffer, np.ndarray):
        buffer[...] = np.zeros((), dtype=buffer.dtype)
        return
    flat = memoryview(buffer).cast("B")
    flat[:] = bytes(len(flat))
