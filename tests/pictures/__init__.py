"""The pictures of the screens in README.md, taken from the goldens that the tests hold."""
