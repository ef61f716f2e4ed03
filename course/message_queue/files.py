"""What a queue's file holds: its lines with the byte at which each begins."""

from dataclasses import dataclass
from pathlib import Path


class QueueFileError(Exception):
    """A queue's file could not be read; str() is a sentence that names it and what to do."""


@dataclass(frozen=True)
class QueueFile:
    """The readable lines of a file, [(first byte, text)], and what is wrong with the others."""

    lines: tuple
    problems: tuple  # sentences, each with the byte at which the damage begins

    def __str__(self):
        return "\n".join([f"{byte:6}  {text}" for byte, text in self.lines] + list(self.problems))


def read_file(path):
    """Return the QueueFile at `path`: what can be read is kept, whatever else is damaged.

    QueueFileError says what is wrong when nothing can be read at all.
    """
    path = Path(path)
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no such file"
        raise QueueFileError(f"{path}: {what}. Which path did you give your DurableQueue?")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise QueueFileError(f"{path}: {error.strerror}. May you read it?") from error
    byte, lines, problems = 0, [], []
    for line in content.split(b"\n")[:-1]:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(f"byte {byte + error.start}: damaged, not UTF-8 text.")
        else:
            if "\0" in text:
                problems.append(f"byte {byte + line.index(0)}: damaged, zero bytes.")
            else:
                lines.append((byte, text))
        byte += len(line) + 1
    if byte < len(content):
        problems.append(f"byte {byte}: a line cut in half, {len(content) - byte} bytes of it.")
    return QueueFile(tuple(lines), tuple(problems))
