"""The defences of defences.toml: what is edited to switch one off, and what its check says then."""

import pathlib
import tomllib
from dataclasses import dataclass

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent


@dataclass(frozen=True)
class Edit:
    file: str  # from the root of the tree
    text: str
    replacement: str


@dataclass(frozen=True)
class Defence:
    off: str  # "A4.account"; the requirement is what is before the dot
    seen: str
    is_source: bool  # seen in the sources, without a build
    edits: tuple[Edit, ...]

    @property
    def requirement(self):
        return self.off.partition(".")[0]


def load():
    defences = []
    for row in tomllib.loads((FOLDER / "defences.toml").read_text())["defence"]:
        edits = [Edit(part["file"], part["text"], part["replacement"]) for part in (row, *row.get("also", []))]
        defences.append(Defence(row["off"], row["seen"], row.get("source", False), tuple(edits)))
    return defences


def defect(edit, text):
    """Why it does not apply; empty when it does."""
    count = text.count(edit.text)
    if count != 1:
        return f"{edit.file}: expected the text once, found it {count} times: {edit.text.strip().splitlines()[0]}"
    return ""


def apply(edits, texts):
    """Edits `texts`, by file; answers with the first that does not apply."""
    for edit in edits:
        if problem := defect(edit, texts[edit.file]):
            return problem
        texts[edit.file] = texts[edit.file].replace(edit.text, edit.replacement)
    return ""
