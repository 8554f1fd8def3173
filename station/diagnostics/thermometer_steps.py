"""What a thermometer is tested for: a steady stream, a steady forehead, a plausible room, and the reference."""

from statistics import median, pstdev

import numpy as np

from drivers.api import TemperatureSample
from station.diagnostics.link_steps import LATE_MS, link, percentile
from station.diagnostics.model import Helper, Measure, StepName, Trouble
from station.diagnostics.stepping import NOT_DONE, Seen, Step, Subject, instead, judged
from station.text import msg

READ_S = 2.0
SAMPLES = 40
STEADY_S = 12.0
LEAST = 10
LATER = 1.5
"""A reading that took so many times the usual is the one after a lost one."""
MOST_LOST_PERCENT = 5.0
MOST_SPREAD_C = 0.15
MOST_DRIFT_C_PER_MINUTE = 0.7
MOST_OFFSET_C = 0.3
"""ISO 80601-2-56: the laboratory accuracy of a clinical thermometer."""


def stream(subject: Subject) -> Seen:
    """Readings one after the other: how many are lost, and how they come."""
    waits_ms: list[float] = []
    sample: TemperatureSample | None = None
    for _ in range(SAMPLES):
        begun_s = subject.now_s()
        result = subject.drivers.temperature.read(READ_S, subject.cancel)
        if not isinstance(result, TemperatureSample):
            return instead(result)
        waits_ms.append((subject.now_s() - begun_s) * 1000)
        sample = result
    usual_ms = percentile(sorted(waits_ms), 25)
    lost = 100 * sum(wait > LATER * usual_ms for wait in waits_ms[1:]) / len(waits_ms)
    limits = subject.plan.limits
    return judged(
        [
            (Measure("interval", msg("Time between readings"), usual_ms, "ms", high=LATE_MS), Trouble.SLOW),
            (Measure("lost", msg("Readings lost"), lost, "%", high=MOST_LOST_PERCENT), Trouble.NOISE),
            (
                Measure("ambient", msg("Temperature of the room"), sample.ambient_c if sample else 0.0, "°C",
                        limits.ambient_low_c, limits.ambient_high_c),
                Trouble.AMBIENT,
            ),
        ]
    )  # fmt: skip


def steady(subject: Subject) -> Seen:
    """The same forehead for some seconds: spread, drift, and whether it is one."""
    samples = _samples(subject)
    if isinstance(samples, Seen):
        return samples
    times = np.array([sample.read_s for sample in samples])
    values = np.array([sample.object_c for sample in samples])
    slope, level = np.polyfit(times - times[0], values, 1)
    spread_c = pstdev((values - slope * (times - times[0]) - level).tolist())
    limits = subject.plan.limits
    drift = float(slope) * 60
    return judged(
        [
            (
                Measure("object", msg("Forehead"), float(np.median(values)), "°C", limits.object_low_c,
                        limits.object_high_c),
                Trouble.NOT_A_PERSON,
            ),
            (Measure("spread", msg("Spread of the readings"), spread_c, "°C", high=MOST_SPREAD_C), Trouble.UNSTABLE),
            (
                Measure("drift", msg("Change in a minute"), drift, "°C", -MOST_DRIFT_C_PER_MINUTE,
                        MOST_DRIFT_C_PER_MINUTE),
                Trouble.DRIFTING,
            ),
        ]
    )  # fmt: skip


def reference(subject: Subject) -> Seen:
    """Against a black body or bath of known temperature."""
    known_c = subject.plan.reference_c
    samples = _samples(subject) if known_c is not None else NOT_DONE
    if known_c is None or isinstance(samples, Seen):
        return samples if isinstance(samples, Seen) else NOT_DONE
    offset_c = median(sample.object_c for sample in samples) - known_c
    return judged(
        [
            (Measure("offset", msg("Reading minus reference"), offset_c, "°C", -MOST_OFFSET_C, MOST_OFFSET_C),
             Trouble.OFFSET),
        ]
    )  # fmt: skip


def _samples(subject: Subject) -> list[TemperatureSample] | Seen:
    """Some seconds of readings; what came instead when they do not come."""
    until_s = subject.now_s() + STEADY_S
    samples: list[TemperatureSample] = []
    while subject.now_s() < until_s:
        result = subject.drivers.temperature.read(READ_S, subject.cancel)
        if not isinstance(result, TemperatureSample):
            return instead(result)
        samples.append(result)
    return samples if len(samples) >= LEAST else NOT_DONE


STEPS = (
    Step(StepName.LINK, msg("The line answers"), link),
    Step(StepName.WORK, msg("Readings come"), stream),
    Step(
        StepName.STEADY,
        msg("A forehead is measured steadily"),
        steady,
        Helper.FACE,
        msg("Hold the thermometer 3 to 5 cm in front of a forehead for ten seconds."),
    ),
    Step(
        StepName.REFERENCE,
        msg("The reference is measured right"),
        reference,
        Helper.REFERENCE,
        msg("Point the thermometer at the reference and hold still for ten seconds."),
    ),
)
