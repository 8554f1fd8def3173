"""Sizes in millimetres and colours by role: the only place that turns either into pixels."""

from dataclasses import dataclass
from enum import Enum
from importlib import resources

from PyQt6.QtGui import QColor, QFont, QFontDatabase

from ui.presenters.common import Tone

FAMILY = "Atkinson Hyperlegible"
CAPITAL_PER_EM = 0.668  # height of a capital in this font, read from its OS/2 table
FRAME_MM = (344.0, 194.0)  # the smallest area the screens are laid out for: a 15.6 inch panel
TARGET_MM = 15.0
PRIMARY_MM = 20.0
GAP_MM = 3.0
FOCUS_PX = 3


class Letter(Enum):
    """Sizes of writing, by the height of a capital in millimetres."""

    BODY = 3.5
    STRONG = 4.2
    INSTRUCTION = 6.0
    FIGURE = 10.0
    HUGE = 16.0


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of the window by its role, as #RRGGBB."""

    page: str = "#EEF2F5"
    surface: str = "#FFFFFF"
    ink: str = "#13212C"
    ink_soft: str = "#44535F"
    outline: str = "#6A7985"
    divider: str = "#C9D3DB"
    header: str = "#123047"
    header_ink: str = "#FFFFFF"
    header_soft: str = "#C6D7E3"
    primary: str = "#0A5AA8"
    primary_down: str = "#074480"
    primary_ink: str = "#FFFFFF"
    idle: str = "#DDE4E9"
    focus: str = "#B8360A"
    good: str = "#17693A"
    good_fill: str = "#E2F2E7"
    warn: str = "#855000"
    warn_fill: str = "#FFF1D6"
    bad: str = "#AF231C"
    bad_fill: str = "#FCE9E7"
    active_fill: str = "#E1EEFA"
    training: str = "#5A2A82"
    training_ink: str = "#FFFFFF"
    dark: str = "#0C141A"
    dark_ink: str = "#FFFFFF"


COLOURS = Colours()

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "page"),
    ("ink", "surface"),
    ("ink", "idle"),
    ("ink_soft", "page"),
    ("ink_soft", "surface"),
    ("ink_soft", "idle"),
    ("header_ink", "header"),
    ("header_soft", "header"),
    ("primary_ink", "primary"),
    ("primary_ink", "primary_down"),
    ("primary", "surface"),
    ("primary", "active_fill"),
    ("ink", "active_fill"),
    ("good", "surface"),
    ("good", "page"),
    ("good", "good_fill"),
    ("warn", "surface"),
    ("warn", "page"),
    ("warn", "warn_fill"),
    ("bad", "surface"),
    ("bad", "page"),
    ("bad", "bad_fill"),
    ("ink", "good_fill"),
    ("ink", "warn_fill"),
    ("ink", "bad_fill"),
    ("training_ink", "training"),
    ("dark_ink", "dark"),
)
SHAPE_PAIRS: tuple[tuple[str, str], ...] = (
    ("outline", "page"),
    ("outline", "surface"),
    ("focus", "page"),
    ("focus", "surface"),
    ("header_ink", "header"),
    ("primary", "page"),
    ("good", "page"),
    ("warn", "page"),
    ("bad", "page"),
    ("good", "good_fill"),
    ("warn", "warn_fill"),
    ("bad", "bad_fill"),
    ("primary", "active_fill"),
)


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1..21 of two colours #RRGGBB (WCAG 2.1, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def load_fonts() -> None:
    """Register the shipped font; every text of the window is drawn with it."""
    for name in ("AtkinsonHyperlegible-Regular.ttf", "AtkinsonHyperlegible-Bold.ttf"):
        data = (resources.files("ui") / "fonts" / name).read_bytes()
        if QFontDatabase.addApplicationFontFromData(data) < 0:
            raise RuntimeError(f"the font {name} cannot be read")


@dataclass(frozen=True, slots=True)
class Theme:
    """How many pixels a millimetre has on this screen."""

    px_per_mm: float

    @classmethod
    def for_screen(cls, width_px: int, height_px: int, width_mm: float, height_mm: float) -> "Theme":
        """True millimetres where the screen has room for the frame, smaller ones where it has not."""
        true = width_px / width_mm
        fits = min(width_px / FRAME_MM[0], height_px / FRAME_MM[1])
        return cls(min(true, fits) if width_mm > 0 and height_mm > 0 else fits)

    def px(self, mm: float) -> int:
        """Whole pixels, rounded up so that a size never falls below its millimetres."""
        return -int(-mm * self.px_per_mm // 1)

    def font(self, letter: Letter, bold: bool = False) -> QFont:
        font = QFont(FAMILY)
        font.setPixelSize(self.px(letter.value / CAPITAL_PER_EM))
        font.setBold(bold)
        return font


def ink(tone: Tone) -> QColor:
    """The colour of writing and shapes in a tone."""
    return QColor(
        {
            Tone.PLAIN: COLOURS.ink_soft,
            Tone.GOOD: COLOURS.good,
            Tone.WARN: COLOURS.warn,
            Tone.BAD: COLOURS.bad,
            Tone.ACTIVE: COLOURS.primary,
        }[tone]
    )


def fill(tone: Tone) -> QColor:
    """The ground behind that writing."""
    return QColor(
        {
            Tone.PLAIN: COLOURS.surface,
            Tone.GOOD: COLOURS.good_fill,
            Tone.WARN: COLOURS.warn_fill,
            Tone.BAD: COLOURS.bad_fill,
            Tone.ACTIVE: COLOURS.active_fill,
        }[tone]
    )
