"""From raw sensor samples to a body temperature: five plausible readings in a row, their median."""

from dataclasses import dataclass
from statistics import median

from drivers.api import TemperatureSample
from station.clock import Clock
from station.health.model import GateLimits, Measurement, Person
from station.text import Message, msg


@dataclass(frozen=True, slots=True)
class Collecting:
    """Not there yet: `count` readings agree so far; `problem` says why the last one did not count."""

    count: int
    problem: Message | None


def implausible(sample: TemperatureSample, limits: GateLimits, now_s: float) -> Message | None:
    """Why a sample cannot be a body temperature, or None. A low reading is "not a person", never a cool one."""
    if now_s - sample.read_s > limits.fresh_s:
        return msg("The sensor's reading is old. Check its cable.")
    if not limits.ambient_low_c <= sample.ambient_c <= limits.ambient_high_c:
        return msg(
            "The room is {ambient} °C. Measure between {low} and {high} °C, out of sun and wind.",
            ambient=float(sample.ambient_c),
            low=limits.ambient_low_c,
            high=limits.ambient_high_c,
        )
    if not limits.object_low_c <= sample.object_c <= limits.object_high_c or sample.object_c <= sample.ambient_c:
        return msg("The sensor does not see a forehead. Hold it 3 to 5 cm in front of the forehead.")
    return None


class Series:
    """Collects samples for one person until the last `limits.readings` are plausible and agree."""

    def __init__(self, person: Person, measured_by: str, limits: GateLimits, clock: Clock) -> None:
        self.person = person
        self._measured_by = measured_by
        self._limits = limits
        self._clock = clock
        self._samples: list[TemperatureSample] = []

    def add(self, sample: TemperatureSample) -> Measurement | Collecting:
        """Take one more sample into account; an implausible one starts the row again."""
        problem = implausible(sample, self._limits, self._clock.monotonic_s())
        if problem is not None:
            self._samples.clear()
            return Collecting(0, problem)
        if self._samples and _identity(sample) != _identity(self._samples[-1]):
            self._samples.clear()
        self._samples.append(sample)
        self._drop_those_that_disagree()
        if len(self._samples) < self._limits.readings:
            return Collecting(len(self._samples), None)
        return self._measurement()

    def _drop_those_that_disagree(self) -> None:
        newest = self._samples[-self._limits.readings :]
        while _spread_c(newest) > self._limits.spread_c:
            newest = newest[1:]
        self._samples = newest

    def _measurement(self) -> Measurement:
        last = self._samples[-1]
        return Measurement(
            person=self.person,
            median_c=median(s.object_c for s in self._samples),
            raw_c=tuple(s.object_c for s in self._samples),
            ambient_c=median(s.ambient_c for s in self._samples),
            sensor_model=last.info.model,
            sensor_serial=last.info.serial,
            measured_at=self._clock.now(),
            monotonic_s=last.read_s,
            measured_by=self._measured_by,
        )


def _spread_c(samples: list[TemperatureSample]) -> float:
    """Rounded to the sensor's hundredths, so that 36.6 and 36.3 are 0.3 apart."""
    return round(max(s.object_c for s in samples) - min(s.object_c for s in samples), 2)


def _identity(sample: TemperatureSample) -> tuple[str, str]:
    return sample.info.model, sample.info.serial
