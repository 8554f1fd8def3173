"""The simulated devices of a van in compressed time, before a dozen people who come again and again.

Run as `python -m tests.helpers.soak_devices TIMES SEED LINKS`; otherwise it is `ktpel-sim --json`.
Compressed: time itself, the lines' rate, and whoever comes again lays each finger down as they did before, so that its
impression is drawn once. Camera frames come at half the usual rate a real second.
"""

import random
import sys
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from tests.helpers.soak_time import quicken

DEVICES = {"fingerprint": "ef01-r307", "camera": "uvc", "signature": "topaz", "temperature": "mcu90615"}


def main() -> None:
    """Until SIGTERM."""
    times, seed, links = float(sys.argv[1]), sys.argv[2], sys.argv[3]
    quicken(times)
    from hw_sim import __main__ as command
    from hw_sim import scene, uvc
    from hw_sim.scene import Hand
    from hw_sim.server import Bench, Settings, open_bench
    from hw_sim.subjects.fingers import FingerMaster, impression

    drawn: dict[tuple[object, ...], npt.NDArray[np.uint8]] = {}

    class FamiliarHand(Hand):
        """Counts touches for each finger by itself, and from the start when the next person comes."""

        def __init__(self) -> None:
            self._laid: dict[int, int] = {}
            super().__init__()

        @property
        def touches(self) -> int:
            return self._laid.get(self.now_on_glass, 0)

        @touches.setter
        def touches(self, count: int) -> None:
            self._laid[self.position or 1] = count

        def begin(self) -> None:
            self._laid.clear()
            super().begin()

    def familiar(names: list[str], settings: Settings) -> Bench:
        bench = open_bench(names, settings)
        bench.scene.hand = FamiliarHand()
        return bench

    def once(master: FingerMaster, *, rng: random.Random, **how: float) -> npt.NDArray[np.uint8]:
        key = (master, *sorted(how.items()), rng.getrandbits(64))
        if key not in drawn:
            drawn[key] = impression(master, rng=rng, **how)  # type: ignore[arg-type]  # passed on as they came
        return drawn[key].copy()

    with (
        patch.object(command, "open_bench", familiar),
        patch.object(scene, "impression", once),
        patch.object(uvc, "RATE_HZ", uvc.RATE_HZ / 2 / times),
        patch.object(uvc, "SLOW_RATE_HZ", uvc.SLOW_RATE_HZ / 2 / times),
    ):
        asked = ["--seed", seed, "--line-rate", "unlimited", "--json", "--links", links]
        sys.argv = ["ktpel-sim", *DEVICES.values(), *asked]
        command.main()


if __name__ == "__main__":
    main()
