"""Which screen draws which state."""

from typing import Any

from ui.presenters import biodata, checklist, exception, fingers, home, login, pauses, photo, review, signature
from ui.presenters.window import ScreenState
from ui.screens.base import Screen
from ui.screens.biodata import BiodataScreen
from ui.screens.checklist import ChecklistScreen
from ui.screens.exception import ApproverScreen, ReasonScreen
from ui.screens.fingers import FingersScreen
from ui.screens.home import DevicesScreen, HomeScreen
from ui.screens.login import LoginScreen
from ui.screens.pauses import NoticeScreen, RestingScreen
from ui.screens.photo import ApprovalScreen, PhotoScreen
from ui.screens.review import ReviewScreen
from ui.screens.signature import SignatureScreen

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
    exception.ReasonState: ReasonScreen,
    exception.ApproverState: ApproverScreen,
    signature.SignatureState: SignatureScreen,
    review.ReviewState: ReviewScreen,
}
