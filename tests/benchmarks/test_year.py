"""The simulated year can be told, and told again it is the same."""

from pathlib import Path

from tests.benchmarks.year import City


def test_two_days_of_the_city_told_twice_have_one_head(tmp_path: Path) -> None:
    answers = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        city = City(folder, days=2)
        city.tell(2)
        answers.append(city.answer(2, 1.0, 1.0))
        city.database.close()
    assert answers[0] == answers[1]
    states = answers[0]["states"]
    assert isinstance(states, dict)
    assert states["fulfilled"] > 5_000
    assert states["missed"] > 50
