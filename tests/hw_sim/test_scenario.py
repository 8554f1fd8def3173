"""A scenario file makes things happen at their time, as the control socket would."""

import json
from pathlib import Path

import pytest

from hw_sim.control import Director
from hw_sim.faults import Fault
from hw_sim.scenario import Player, read_cues
from hw_sim.server import Bad
from tests.hw_sim.benches import ask, bench
from tests.hw_sim.test_command import simulator


def test_cues_are_played_in_their_order_in_time_and_refusals_are_told() -> None:
    text = (
        '{"at_s": 0.1, "do": "fault", "device": "topaz", "fault": "silent", "on": false}\n\n'
        '{"at_s": 0, "do": "fault", "device": "topaz", "fault": "silent"}\n'
        '{"at_s": 0.1, "do": "fault", "device": "topaz", "fault": "pen_stuck"}\n'
        '{"at_s": 0.1, "do": "fault", "device": "toaster", "fault": "silent"}\n'
    )
    refused: list[str] = []
    with bench("topaz") as running:
        player = Player(read_cues(text), Director(running), refused.append)
        player._thread.join(5)
        player.close()
        assert running.posts["topaz"].faults == {Fault.PEN_STUCK}
    assert len(refused) == 1
    assert refused[0].startswith("At 0.1 s: There is no device 'toaster'")


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"do": "state"}', '{"at_s": -1, "do": "state"}', '{"at_s": "2"}'])
def test_a_line_that_is_no_cue_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(Bad, match="Line 2"):
        read_cues('{"at_s": 1, "do": "state"}\n' + line)


def test_the_program_plays_a_scenario(tmp_path: Path) -> None:
    scenario, socket = tmp_path / "scenario.jsonl", tmp_path / "control.sock"
    scenario.write_text(json.dumps({"at_s": 0, "do": "subject", "number": 4}) + "\n", encoding="utf-8")
    with simulator("topaz", "--scenario", str(scenario), "--control", str(socket)):
        for _ in range(200):
            if ask(socket, do="state")["subject"] == 4:
                break
        assert ask(socket, do="state")["subject"] == 4
