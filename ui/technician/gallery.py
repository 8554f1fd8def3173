"""Every page of the technician's window in every state; `python -m ui.gallery` draws them with the others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fpdf import FPDF
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication

from drivers.api import Role
from drivers.trace import Direction
from station.capture.facts import DeskFacts
from station.diagnostics.model import DeviceFacts
from station.text import Language, Text, msg
from ui import samples as at_counter
from ui.presenters.intents import Place
from ui.presenters.technician_facts import Histories, WorkshopFacts
from ui.presenters.technician_intents import Chart, Sheet
from ui.presenters.technician_view import TechnicianView
from ui.presenters.view import View
from ui.shell import Shell
from ui.still import StillCounter
from ui.technician import samples
from ui.theme import Theme


@dataclass(frozen=True, slots=True)
class TechnicianShot:
    """One picture."""

    name: str
    facts: DeskFacts
    workshop: WorkshopFacts
    technician: TechnicianView

    @property
    def view(self) -> View:
        return View(place=Place.TECHNICIAN, technician=self.technician, now_s=at_counter.NOW_S)


def shots() -> Iterator[TechnicianShot]:
    """Every page in every state; their names begin with technician."""
    well, ill, work = samples.desk(), samples.desk(well=False), samples.workshop()

    def at(name: str, facts: WorkshopFacts, view: TechnicianView, desk: DeskFacts = well) -> TechnicianShot:
        return TechnicianShot(f"technician_{name}", desk, facts, view)

    yield at("devices", work, TechnicianView())
    yield at("devices_ill", work, TechnicianView(), ill)
    yield at("devices_thermometer", work, TechnicianView(role=Role.TEMPERATURE))
    yield at("devices_station", work, TechnicianView(role=None))
    yield at("devices_read_only", work, TechnicianView(), samples.desk(technician=False))
    yield at("charts_temperature", work, TechnicianView(sheet=Sheet.CHARTS))
    stale = replace(work, histories=samples.histories(last_s=41.0))
    yield at("charts_stale", stale, TechnicianView(sheet=Sheet.CHARTS))
    yield at("charts_empty", replace(work, histories=Histories()), TechnicianView(sheet=Sheet.CHARTS))
    yield at("charts_answers", work, TechnicianView(sheet=Sheet.CHARTS, chart=Chart.ANSWERS))
    yield at("charts_errors", work, TechnicianView(sheet=Sheet.CHARTS, chart=Chart.ERRORS))
    yield at("charts_line", work, TechnicianView(sheet=Sheet.CHARTS, chart=Chart.LINE))
    yield at("charts_noise", work, TechnicianView(sheet=Sheet.CHARTS, chart=Chart.NOISE))
    yield at("traffic", work, TechnicianView(sheet=Sheet.TRAFFIC))
    held = replace(work, frozen=True, traffic=replace(work.traffic, missed=214))
    filtered = TechnicianView(sheet=Sheet.TRAFFIC, heard=Role.FINGERPRINT, way=Direction.SENT, text="genimg")
    yield at("traffic_filtered", held, filtered)
    yield at("traffic_recordings", work, TechnicianView(sheet=Sheet.TRAFFIC, choosing=True))
    replay = replace(work, traffic=replace(work.traffic, replay=work.traffic.recordings[0]))
    yield at("traffic_replay", replay, TechnicianView(sheet=Sheet.TRAFFIC, older=20))
    yield at("tests", work, TechnicianView(sheet=Sheet.TESTS))
    yield at("tests_running", samples.running(), TechnicianView(sheet=Sheet.TESTS))
    failed = replace(work, tests={Role.FINGERPRINT: samples.tested(failed=True)})
    yield at("tests_failed", failed, TechnicianView(sheet=Sheet.TESTS))
    yield at("tests_burn_in", samples.burnt(), TechnicianView(sheet=Sheet.TESTS))
    yield at("tests_read_only", work, TechnicianView(sheet=Sheet.TESTS), samples.desk(technician=False))
    yield at("calibration", work, TechnicianView(sheet=Sheet.CALIBRATION, reference="37,0"))
    never = replace(work, devices={**work.devices, Role.TEMPERATURE: DeviceFacts(Role.TEMPERATURE)})
    yield at("calibration_never", never, TechnicianView(sheet=Sheet.CALIBRATION, reference="370"))
    yield at("report_none", work, TechnicianView(sheet=Sheet.REPORT))
    yield at("report", samples.reported(_page()), TechnicianView(sheet=Sheet.REPORT))
    said = replace(work, problem=msg("The simulators do not answer. Start them again."))
    yield at("faults", work, TechnicianView(sheet=Sheet.FAULTS), ill)
    yield at("faults_gone", said, TechnicianView(sheet=Sheet.FAULTS), ill)


def _page() -> bytes:
    """A page of paper with lines on it, in place of a real report."""
    paper = FPDF(format="A4")
    paper.set_creation_date(samples.AT)
    paper.add_page()
    paper.set_font("helvetica", size=22)
    paper.cell(0, 14, "Readiness report", new_x="LMARGIN", new_y="NEXT")
    for row in range(24):
        paper.set_fill_color(225 if row % 2 else 240)
        paper.rect(10, 34 + row * 10, 190 if row % 3 else 150, 6, "F")
    return bytes(paper.output())


def show(shell: Shell, counter: StillCounter, workshop: samples.StillWorkshop, shot: TechnicianShot) -> None:
    """Bring the window to this picture."""
    shell.view = shot.view
    counter.tell(shot.facts)
    shell.view = shot.view
    workshop.tell(shot.workshop)


def render(language: Language, theme: Theme, size_px: tuple[int, int], begins: str) -> Iterator[tuple[str, QImage]]:
    """The window in every state whose name begins so, as pictures; needs an application."""
    counter, workshop = StillCounter(samples.desk()), samples.StillWorkshop(samples.workshop())
    shell = Shell(counter, theme, language, lambda: at_counter.NOW_S, Text, workshop=workshop)
    shell.resize(*size_px)
    shell.show()
    for shot in shots():
        if shot.name.startswith(begins):
            show(shell, counter, workshop, shot)
            QApplication.processEvents()
            yield f"{shot.name}.{language.value}", shell.grab().toImage()
    shell.close()
    shell.deleteLater()
