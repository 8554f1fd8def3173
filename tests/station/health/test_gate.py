import pytest

from drivers.api import Role
from station.health.clearance import Clearance
from station.health.gate import Blocked, Evidence
from station.health.model import Item, Person
from tests.helpers.gate import DEVICES, Bench


def cleared(bench: Bench) -> tuple[Clearance, Evidence]:
    answer = bench.gate.clear(bench.mint, DEVICES)
    assert not isinstance(answer, Blocked)
    return answer


def blocked(bench: Bench) -> set[Item]:
    answer = bench.gate.clear(bench.mint, DEVICES)
    assert isinstance(answer, Blocked)
    return {state.item for state in answer.items}


def test_when_all_holds_the_gate_opens_and_keeps_what_it_saw() -> None:
    bench = Bench()
    bench.fulfil()
    _clearance, evidence = cleared(bench)
    assert evidence.applicant.raw_c == (36.4,) * 5
    assert evidence.applicant.sensor_serial == "1"
    assert {role for role, *_rest in evidence.wipes} == set(Role)
    assert set(evidence.statements) == {Item.OFFICER_GLOVES, Item.OFFICER_MASK, Item.APPLICANT_HANDS}


@pytest.mark.parametrize("item", list(Item))
def test_each_item_alone_keeps_the_gate_shut(item: Item) -> None:
    bench = Bench()
    bench.fulfil(but=item)
    assert blocked(bench) == {item}


@pytest.mark.parametrize("role", list(Role))
def test_a_device_that_does_not_answer_keeps_the_gate_shut(role: Role) -> None:
    bench = Bench()
    bench.fulfil()
    present = {other: info for other, info in DEVICES.items() if other is not role}
    assert isinstance(bench.gate.clear(bench.mint, present), Blocked)


@pytest.mark.parametrize("item", [Item.OFFICER_TEMPERATURE, Item.APPLICANT_TEMPERATURE])
def test_a_temperature_is_never_stated(item: Item) -> None:
    with pytest.raises(ValueError, match="measured"):
        Bench().gate.state(item, True)


@pytest.mark.parametrize("temperature_c", [37.3, 38.4, 42.0])
def test_at_or_over_the_limit_means_rest_and_no_clearance(temperature_c: float) -> None:
    bench = Bench()
    bench.fulfil(but=Item.APPLICANT_TEMPERATURE)
    bench.gate.measured(bench.measurement(Person.APPLICANT, temperature_c))
    assert blocked(bench) == {Item.APPLICANT_TEMPERATURE}
    assert bench.gate.rest_until_s() == bench.clock.monotonic_s() + 300.0
    assert not bench.gate.refused


def test_just_below_the_limit_passes() -> None:
    bench = Bench()
    bench.fulfil(but=Item.APPLICANT_TEMPERATURE)
    bench.gate.measured(bench.measurement(Person.APPLICANT, 37.29))
    cleared(bench)


def test_a_cool_reading_before_the_rest_is_over_is_refused() -> None:
    bench = Bench()
    bench.fulfil(but=Item.APPLICANT_TEMPERATURE)
    bench.gate.measured(bench.measurement(Person.APPLICANT, 37.8))
    bench.clock.advance(299)
    with pytest.raises(ValueError, match="rest"):
        bench.gate.measured(bench.measurement(Person.APPLICANT, 36.4))
    assert blocked(bench) == {Item.APPLICANT_TEMPERATURE}


def test_a_cool_reading_after_the_rest_passes() -> None:
    bench = Bench()
    bench.fulfil(but=Item.APPLICANT_TEMPERATURE)
    bench.gate.measured(bench.measurement(Person.APPLICANT, 37.8))
    bench.clock.advance(300)
    bench.gate.measured(bench.measurement(Person.APPLICANT, 36.9))
    cleared(bench)


def test_hot_twice_is_refused_for_good() -> None:
    bench = Bench()
    bench.fulfil(but=Item.APPLICANT_TEMPERATURE)
    bench.gate.measured(bench.measurement(Person.APPLICANT, 37.8))
    bench.clock.advance(301)
    bench.gate.measured(bench.measurement(Person.APPLICANT, 37.4))
    assert bench.gate.refused
    with pytest.raises(ValueError, match="refused"):
        bench.gate.measured(bench.measurement(Person.APPLICANT, 36.0))
    assert blocked(bench) == {Item.APPLICANT_TEMPERATURE}


def test_a_new_case_does_not_skip_the_rest() -> None:
    bench = Bench()
    bench.gate.measured(bench.measurement(Person.APPLICANT, 37.8))
    again = bench.new_gate(case="261124-ZZ2ZZ")
    with pytest.raises(ValueError, match="rest"):
        again.measured(bench.measurement(Person.APPLICANT, 36.4))


def test_a_cool_reading_of_an_earlier_case_does_not_count_for_this_one() -> None:
    bench = Bench()
    bench.fulfil()
    bench.gate = bench.new_gate(case="261124-ZZ2ZZ")
    assert Item.APPLICANT_TEMPERATURE in blocked(bench)


def test_the_officers_reading_runs_out() -> None:
    bench = Bench()
    bench.fulfil()
    bench.clock.advance(bench.limits.officer_valid_s + 1)
    assert Item.OFFICER_TEMPERATURE in blocked(bench)


def test_a_hot_officer_may_not_record() -> None:
    bench = Bench()
    bench.fulfil(but=Item.OFFICER_TEMPERATURE)
    bench.gate.measured(bench.measurement(Person.OFFICER, 37.5))
    assert blocked(bench) == {Item.OFFICER_TEMPERATURE}


def test_another_officers_measurement_does_not_count() -> None:
    bench = Bench()
    with pytest.raises(ValueError, match="somebody else"):
        bench.gate.measured(bench.measurement(Person.OFFICER, by="hasan"))
    bench.officer.latest = bench.measurement(Person.OFFICER, by="hasan")
    bench.fulfil(but=Item.OFFICER_TEMPERATURE)
    assert blocked(bench) == {Item.OFFICER_TEMPERATURE}


@pytest.mark.parametrize("role", list(Role))
def test_a_device_touched_since_its_wipe_blocks(role: Role) -> None:
    bench = Bench()
    bench.fulfil()
    bench.hygiene.touched(role)
    assert len(blocked(bench)) == 1


def test_a_statement_taken_back_blocks() -> None:
    bench = Bench()
    bench.fulfil()
    bench.gate.state(Item.OFFICER_GLOVES, False)
    assert blocked(bench) == {Item.OFFICER_GLOVES}
