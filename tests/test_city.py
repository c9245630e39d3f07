"""The fixture itself: the places that the permission sweep compares must really differ."""


def test_places_differ(city):
    assert city.branch.path.startswith(city.unit.path)
    assert city.sibling.path.startswith(city.unit.path)
    assert not city.foreign.path.startswith(city.unit.path)
    assert city.unit.depth == 2
