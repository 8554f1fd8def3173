"""ZhianTec R307 and GROW R503 as their manuals describe them: the glass, images and templates."""

from functools import singledispatchmethod

import numpy as np

from hw_sim import ef01_templates as templates
from hw_sim.ef01_module import Answer, Image, Module
from hw_sim.faults import Fault
from protocols import ef01_commands as ask
from protocols import ef01_replies as say
from protocols.ef01 import pack_image
from protocols.ef01_replies import Confirmation

DARK_SHARE_NEEDED = 0.12
"""An image with fewer dark pixels holds too few features."""


class Ef01(Module):
    """A module that looks at the scene's hand."""

    def _look(self) -> Confirmation:
        """Take an image, if a finger is there."""
        self._image = None
        if Fault.SENSOR_ABNORMAL in self._faults:
            return Confirmation.SENSOR_ABNORMAL if self._model.is_r503 else Confirmation.CAPTURE_FAILED
        touch = self._scene.touch(self._now_s)
        if touch is None:
            return Confirmation.NO_FINGER
        lifted = Fault.FINGER_LIFTED in self._faults
        pixels = touch.press(self._model.width, self._model.height, self._model.ppi, lifted=lifted)
        if lifted:
            self._scene.hand.used(sent=False)
        self._image = Image(pixels, touch.identity.encode(), touch.draw.encode())
        return Confirmation.OK

    def _is_poor(self, image: Image) -> bool:
        return float(np.mean(image.pixels < 150)) < DARK_SHARE_NEEDED

    def _do(self, command: ask.Command) -> Answer:
        return self._finger(command)

    @singledispatchmethod
    def _finger(self, command: ask.Command) -> Answer:
        return self._system(command)

    @_finger.register
    def _(self, command: ask.GenImg) -> Answer:
        del command
        return [self._ack(self._look())]

    @_finger.register
    def _(self, command: ask.GetImageEx) -> Answer:
        del command
        code = self._look()
        poor = self._image is not None and self._is_poor(self._image)
        return [self._ack(say.POOR_IMAGE if poor else code)]

    @_finger.register
    def _(self, command: ask.Img2Tz) -> Answer:
        if not self._has_buffer(command.buffer):
            return [self._ack(Confirmation.BAD_REGISTER)]
        if self._image is None:
            return [self._ack(Confirmation.NO_VALID_IMAGE)]
        self._scene.hand.used(sent=False)
        if self._is_poor(self._image):
            return [self._ack(Confirmation.TOO_FEW_FEATURES)]
        length = self._model.template_bytes
        self._buffers[command.buffer] = templates.make(self._image.identity, self._image.touch, length)
        return [self._ack()]

    @_finger.register
    def _(self, command: ask.UpImage) -> Answer:
        del command
        if self._image is None:
            return [self._ack(Confirmation.IMAGE_UPLOAD_FAILED)]
        self._scene.hand.used(sent=True)
        return self._data(pack_image(self._image.pixels.tobytes()))

    @_finger.register
    def _(self, command: ask.DownImage) -> Answer:
        del command
        self._download = (None, bytearray())
        return [self._ack()]

    @_finger.register
    def _(self, command: ask.Match) -> Answer:
        del command
        one, other = self._buffers.get(1), self._buffers.get(2)
        score = templates.score(one, other) if one and other else 0
        self._passed = score > 0
        return self._reply(say.MatchScore(score), Confirmation.OK if score else Confirmation.NO_MATCH)

    @_finger.register
    def _(self, command: ask.Search) -> Answer:
        return self._search(command.buffer, command.start, command.count)

    @_finger.register
    def _(self, command: ask.HiSpeedSearch) -> Answer:
        return self._search(command.buffer, command.start, command.count)

    def _search(self, buffer: int, start: int, count: int) -> Answer:
        page, score = self._find(buffer, start, count)
        self._passed = score > 0
        if not score:
            return self._reply(say.SearchResult(self._rng.randrange(1, 0x200), 0), Confirmation.NOT_FOUND)
        return self._reply(say.SearchResult(page, score))

    def _find(self, buffer: int, start: int, count: int) -> tuple[int, int]:
        """(page, score) of the first template of the same finger; score 0 on a miss."""
        probe = self._buffers.get(buffer, b"")
        for page in sorted(self._flash.templates):
            if start <= page < start + count and (score := templates.score(probe, self._flash.templates[page])):
                return page, score
        return 0, 0

    @_finger.register
    def _(self, command: ask.RegModel) -> Answer:
        del command
        merged = templates.merge(list(self._buffers.values())) if {1, 2} <= set(self._buffers) else None
        if merged is None:
            return [self._ack(Confirmation.MERGE_FAILED)]
        self._buffers = {1: merged, 2: merged}
        return [self._ack()]

    @_finger.register
    def _(self, command: ask.Store) -> Answer:
        if command.page >= self._model.capacity:
            return [self._ack(Confirmation.PAGE_OUT_OF_RANGE)]
        if command.buffer not in self._buffers:
            return [self._ack(Confirmation.FLASH_ERROR)]
        self._flash.templates[command.page] = self._buffers[command.buffer]
        return self._kept()

    @_finger.register
    def _(self, command: ask.LoadChar) -> Answer:
        if command.page >= self._model.capacity:
            return [self._ack(Confirmation.PAGE_OUT_OF_RANGE)]
        if command.page not in self._flash.templates or not self._has_buffer(command.buffer):
            return [self._ack(Confirmation.TEMPLATE_READ_ERROR)]
        self._buffers[command.buffer] = self._flash.templates[command.page]
        return [self._ack()]

    @_finger.register
    def _(self, command: ask.UpChar) -> Answer:
        if command.buffer not in self._buffers:
            return [self._ack(Confirmation.TEMPLATE_UPLOAD_FAILED)]
        return self._data(self._buffers[command.buffer])

    @_finger.register
    def _(self, command: ask.DownChar) -> Answer:
        if not self._has_buffer(command.buffer):
            return [self._ack(Confirmation.CANNOT_RECEIVE_DATA)]
        self._download = (command.buffer, bytearray())
        return [self._ack()]

    @_finger.register
    def _(self, command: ask.DeleteChar) -> Answer:
        if command.page + command.count > self._model.capacity:
            return [self._ack(Confirmation.DELETE_FAILED)]
        for page in range(command.page, command.page + command.count):
            self._flash.templates.pop(page, None)
        return self._kept()

    @_finger.register
    def _(self, command: ask.Empty) -> Answer:
        del command
        self._flash.templates.clear()
        return self._kept()

    @_finger.register
    def _(self, command: ask.AutoEnroll) -> Answer:
        """One touch enrols; the steps in between are unsure and not reported."""
        if command.page >= self._model.capacity:
            return [self._ack(Confirmation.PAGE_OUT_OF_RANGE)]
        code = self._look()
        if self._image is None:
            return [self._ack(code)]
        self._scene.hand.used(sent=False)
        length = self._model.template_bytes
        self._flash.templates[command.page] = templates.make(self._image.identity, self._image.touch, length)
        self._flash.save()
        return self._reply(say.EnrollStep(0x0F, command.page))

    @_finger.register
    def _(self, command: ask.AutoIdentify) -> Answer:
        """One touch searches; the steps in between are unsure and not reported."""
        code = self._look()
        if self._image is None:
            return [self._ack(code)]
        self._scene.hand.used(sent=False)
        self._buffers[1] = templates.make(self._image.identity, self._image.touch, self._model.template_bytes)
        page, score = self._find(1, command.start, command.count)
        found = Confirmation.OK if score else Confirmation.NOT_FOUND
        return self._reply(say.IdentifyStep(0x05, page, score), found)
