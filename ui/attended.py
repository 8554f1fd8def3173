"""The officer's window before simulated devices, with an applicant who does what the screen says.

`python -m ui.attended SOCKET [ktpel-station's options]`: the socket is the simulators' control socket.
"""

import sys
from pathlib import Path

from station.capture.desk import Desk
from station.capture.scenario import Applicant
from ui import app


def main() -> int:
    """The window's own code."""
    applicant = Applicant(Path(sys.argv[1]))

    def attend(desk: Desk) -> None:
        applicant.follow(desk.facts)
        desk.subscribe(applicant.follow)

    try:
        return app.main(sys.argv[2:], attend)
    finally:
        applicant.close()


if __name__ == "__main__":
    sys.exit(main())
