"""One of several pages at a time; the hidden ones take no room, so a tall page does not push a low one."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget


class Stack(QWidget):
    """Pages in one place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.pages: list[QWidget] = []
        self.current: QWidget | None = None

    def add(self, page: QWidget) -> None:
        """Add a page, hidden."""
        page.hide()
        self._column.addWidget(page)
        self.pages.append(page)

    def show_page(self, page: QWidget) -> None:
        if page is self.current:
            return
        self.current = page
        page.show()
        for other in self.pages:
            if other is not page:
                other.hide()
        self.updateGeometry()
