"""A device that is not well, or a frozen camera, while its step uses it: it is named, and the step goes on after."""

from pathlib import Path

import pytest

from drivers.api import Fault, Faulted, Role
from station.capture.facts import Step
from station.diagnostics.sentences import DEVICE_NAMES
from station.health.model import Measurement, Person
from station.health.thermometry import Collecting, Series
from tests.helpers.counter import CAPTURES, by_hand, said
from tests.helpers.gate import OFFICER, Bench

TROUBLE = [(role, step, Fault.SENSOR_ABNORMAL) for role, step in CAPTURES] + [(Role.CAMERA, Step.PHOTO, Fault.FROZEN)]


@pytest.mark.parametrize(
    ("role", "step", "fault"), TROUBLE, ids=[f"{step.value} {why.value}" for _, step, why in TROUBLE]
)
def test_the_step_names_its_device_and_goes_on_when_it_is_well(
    tmp_path: Path, role: Role, step: Step, fault: Fault
) -> None:
    with by_hand(tmp_path) as (counter, hands):
        counter.play(step)
        sealed = counter.case.sealed

        def is_told() -> bool:
            sentence = counter.device(role)
            return sentence.startswith(said(DEVICE_NAMES[role])) and not sentence.endswith(("is ready.", "is at work."))

        counter.settle(3)
        assert not is_told(), "the control: not without the fault"
        hands.plug(role).status = Faulted(hands.plug(role).info.port, fault)
        counter.until(is_told)
        assert counter.at(step)
        assert counter.case.sealed[: len(sealed)] == sealed
        hands.plug(role).push()
        counter.play(Step.DONE)
        assert counter.seen.count(step) == 1


def drifting(c_per_s: float, rate_hz: float, from_s: float = 0.0) -> Measurement | Collecting:
    """What the gate makes of five readings of a sensor that warms up."""
    bench = Bench()
    series = Series(Person.APPLICANT, OFFICER, bench.limits, bench.clock)
    result: Measurement | Collecting = Collecting(0, None)
    for count in range(5):
        t_s = from_s + count / rate_hz
        result = series.add(bench.sample(36.4 + c_per_s * t_s))
    return result


@pytest.mark.parametrize("rate_hz", [14.0, 2.0])
def test_a_slow_drift_moves_a_measurement_by_less_than_the_sensors_own_error(rate_hz: float) -> None:
    measured = drifting(0.02, rate_hz)
    assert isinstance(measured, Measurement)
    assert abs(measured.median_c - 36.4) < 0.1


def test_a_drift_that_would_matter_within_one_measurement_gives_none() -> None:
    assert isinstance(drifting(0.2, 2.0), Collecting)


def test_a_sensor_that_has_drifted_far_reads_as_fever_and_never_as_cool() -> None:
    measured = drifting(0.02, 14.0, from_s=60.0)
    assert isinstance(measured, Measurement)
    assert measured.median_c >= Bench().limits.limit_c
