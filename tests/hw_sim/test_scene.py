"""The cooperating hand: which finger lies down when."""

from hw_sim.scene import AUTO_ORDER, LIFTED_S, Scene


def use(scene: Scene, now_s: float, sent: bool = True) -> str:
    """Lay down, use, lift, wait: which finger it was."""
    touch = scene.touch(now_s)
    assert touch is not None
    scene.hand.used(sent)
    assert scene.touch(now_s + 0.1) is None
    assert scene.touch(now_s + 0.1 + LIFTED_S / 2) is None
    return touch.identity.rsplit(" ", 1)[1]


def test_the_automatic_order_is_eight_fingers_two_thumbs_and_both_indexes_again() -> None:
    scene = Scene(1, 0)
    shown = [use(scene, 10.0 * turn) for turn in range(12)]
    assert shown == [str(position) for position in (2, 3, 4, 5, 7, 8, 9, 10, 1, 6, 2, 7)]
    assert len(AUTO_ORDER) == 12


def test_an_image_used_on_the_module_alone_shows_the_same_finger_again() -> None:
    scene = Scene(1, 0)
    assert [use(scene, 10.0 * turn, sent=False) for turn in range(2)] == ["2", "2"]


def test_a_named_finger_stays_until_another_is_named() -> None:
    scene = Scene(1, 0)
    scene.hand.position = 6
    assert [use(scene, 10.0 * turn) for turn in range(3)] == ["6", "6", "6"]


def test_again_shows_the_finger_before() -> None:
    scene = Scene(1, 0)
    use(scene, 0.0)
    assert scene.touch(10.0) is not None
    scene.hand.again()
    assert use(scene, 20.0) == "2"


def test_again_before_the_finger_is_lifted_shows_it_again_too() -> None:
    scene = Scene(1, 0)
    use(scene, 0.0)
    assert scene.touch(10.0) is not None
    scene.hand.used(sent=True)
    scene.hand.again()
    assert scene.touch(10.1) is None
    assert use(scene, 20.0) == "3"


def test_two_touches_of_a_finger_differ_a_little() -> None:
    scene = Scene(1, 0)
    scene.hand.position = 2
    first = scene.touch(0.0)
    scene.hand.used(sent=True)
    scene.touch(1.0)
    second = scene.touch(5.0)
    assert first is not None
    assert second is not None
    assert first.conditions != second.conditions
    assert first.identity == second.identity


def test_another_person_begins_with_the_first_finger() -> None:
    scene = Scene(1, 0)
    before = scene.person
    use(scene, 0.0)
    scene.new_person(3)
    assert scene.person.number == 3
    assert scene.person != before
    assert scene.hand.now_on_glass == 2
