"""What a command says while it works: a bar on a terminal, plain lines elsewhere."""

import io

from medrd_kg.build.progress import ConsoleProgress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, total: int, *steps: int) -> str:
    with ConsoleProgress(stream).bar("reading", total) as advance:
        for step in steps:
            advance(step)
    return stream.getvalue()


def test_elsewhere_a_line_each_quarter_and_one_at_the_end() -> None:
    lines = shown(io.StringIO(), 100, 10, 20, 20, 1, 25, 24).splitlines()
    assert lines[:-1] == ["reading: 30 of 100", "reading: 50 of 100", "reading: 76 of 100"]
    assert lines[-1].startswith("reading: ")
    assert lines[-1].endswith(" s")


def test_nothing_to_do_is_one_line() -> None:
    assert len(shown(io.StringIO(), 0, 0).splitlines()) == 1


def test_on_a_terminal_a_bar_moves() -> None:
    text = shown(Terminal(), 4, 1, 3)
    assert "4/4" in text
    assert "\x1b[" in text
