"""The technician's screen: the row of pages, and the page below."""

from typing import Any

from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from station.text import Text
from ui.presenters import (
    technician_calibration,
    technician_charts,
    technician_devices,
    technician_faults,
    technician_report,
    technician_tests,
    technician_traffic,
)
from ui.presenters.technician import SheetState, TechnicianState
from ui.screens.base import Screen
from ui.technician.calibration import CalibrationSheet
from ui.technician.devices import DevicesSheet
from ui.technician.faults import FaultsSheet
from ui.technician.parts import choices
from ui.technician.report import ReportSheet
from ui.technician.tests import TestingSheet
from ui.technician.traffic import TrafficSheet
from ui.theme import GAP_MM, Theme
from ui.widgets.grid import ButtonGrid
from ui.widgets.stack import Stack

MOST_SHEETS = 7

SHEETS: dict[type[SheetState], type[Screen[Any]]] = {
    technician_devices.FactsState: DevicesSheet,
    technician_traffic.TrafficState: TrafficSheet,
    technician_tests.TestingState: TestingSheet,
    technician_calibration.CalibrationState: CalibrationSheet,
    technician_report.ReportState: ReportSheet,
    technician_faults.FaultsState: FaultsSheet,
}


class TechnicianScreen(Screen[TechnicianState]):
    """Each page is made when it is first turned to; the charts' library is loaded with theirs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._tabs = ButtonGrid(theme, columns=MOST_SHEETS, parent=self)
        self._tabs.asked.connect(self.asked)
        self._pages = Stack(self)
        self._sheets: dict[type[SheetState], Screen[Any]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(GAP_MM / 2))  # the buttons bring a margin of their own
        column.addWidget(self._tabs)
        column.addWidget(self._pages, 1)

    def draw(self, state: TechnicianState, text: Text) -> None:
        self._tabs.show_entries(choices(state.tabs, text))
        sheet = self._sheet(type(state.sheet))
        sheet.draw(state.sheet, text)
        self._pages.show_page(sheet)

    def take_key(self, event: QKeyEvent) -> bool:
        shown = self._pages.current
        return isinstance(shown, Screen) and shown.take_key(event)

    def first_focus(self) -> QWidget | None:
        return self._tabs.buttons[0] if self._tabs.buttons else None

    def _sheet(self, kind: type[SheetState]) -> Screen[Any]:
        if kind not in self._sheets:
            sheet = (
                _charts(self.theme, self) if kind is technician_charts.ChartsState else SHEETS[kind](self.theme, self)
            )
            sheet.asked.connect(self.asked)
            self._pages.add(sheet)
            self._sheets[kind] = sheet
        return self._sheets[kind]


def _charts(theme: Theme, parent: QWidget) -> Screen[Any]:
    from ui.technician.charts import ChartsSheet

    return ChartsSheet(theme, parent)
