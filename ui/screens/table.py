"""Which screen draws which state."""

from typing import Any

from PyQt6.QtWidgets import QWidget

from ui.presenters import (
    applicant,
    bedside,
    biodata,
    checklist,
    common,
    exception,
    fingers,
    home,
    lock,
    login,
    pauses,
    photo,
    queue,
    review,
    shift,
    signature,
)
from ui.presenters.window import ScreenState
from ui.screens.applicant import ApplicantScreen
from ui.screens.base import Screen
from ui.screens.bedside import BedsideScreen
from ui.screens.biodata import BiodataScreen
from ui.screens.checklist import ChecklistScreen
from ui.screens.exception import ApproverScreen
from ui.screens.fingers import FingersScreen
from ui.screens.home import DevicesScreen, HomeScreen
from ui.screens.lock import LockScreen
from ui.screens.login import LoginScreen
from ui.screens.menu import MenuScreen
from ui.screens.pauses import NoticeScreen, RestingScreen
from ui.screens.photo import ApprovalScreen, PhotoScreen
from ui.screens.queue import OpenCasesScreen, QueueScreen
from ui.screens.review import ReviewScreen
from ui.screens.shift import ShiftScreen
from ui.screens.signature import SignatureScreen
from ui.theme import Theme

SCREENS: dict[type[ScreenState], type[Screen[Any]]] = {
    login.LoginState: LoginScreen,
    home.HomeState: HomeScreen,
    home.DevicesState: DevicesScreen,
    biodata.BiodataState: BiodataScreen,
    checklist.ChecklistState: ChecklistScreen,
    pauses.RestingState: RestingScreen,
    pauses.NoticeState: NoticeScreen,
    photo.PhotoState: PhotoScreen,
    photo.ApprovalState: ApprovalScreen,
    fingers.FingersState: FingersScreen,
    common.MenuState: MenuScreen,
    exception.ApproverState: ApproverScreen,
    signature.SignatureState: SignatureScreen,
    review.ReviewState: ReviewScreen,
    applicant.ApplicantState: ApplicantScreen,
    shift.ShiftState: ShiftScreen,
    queue.QueueState: QueueScreen,
    queue.OpenCasesState: OpenCasesScreen,
    lock.LockState: LockScreen,
    bedside.BedsideState: BedsideScreen,
}


def make_screen(kind: type[Any], theme: Theme, parent: QWidget) -> Screen[Any]:
    """The screen of a state; the technician's is loaded when it is first opened."""
    if kind in SCREENS:
        return SCREENS[kind](theme, parent)
    from ui.technician.screen import TechnicianScreen

    return TechnicianScreen(theme, parent)
