import os
import pty
import tty

from drivers.api import DriverSettings, Ready
from drivers.signature_topaz import TopazPad


def test_a_line_with_parity_opens_again_after_it_was_closed() -> None:
    """The second open changes nothing but parity, which a pseudo-terminal drops and glibc calls EINVAL."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        for _time in range(3):
            pad = TopazPad(DriverSettings("topaz", os.ttyname(slave)))
            assert isinstance(pad.open(), Ready)
            pad.close()
    finally:
        os.close(master)
        os.close(slave)
