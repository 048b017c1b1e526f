"""`make pictures`: put the present picture of the board into README.md."""

from tests.pictures.board import README, with_picture

if __name__ == "__main__":
    README.write_text(with_picture(README.read_text(encoding="utf-8")), encoding="utf-8")
