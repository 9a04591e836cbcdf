"""The mutants of mutants.toml: mistakes in what makes data durable."""

import pathlib
import tomllib
from dataclasses import dataclass

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent


@dataclass(frozen=True)
class Mutant:
    name: str
    means: str
    loop: str  # the part of run.py that is to notice
    edits: tuple[tuple[str, str, str], ...]  # file from the root of the tree, old text, new text

    def files(self):
        """The changed files: name -> text."""
        texts = {}
        for file, old, new in self.edits:
            text = texts.get(file) or (ROOT / file).read_text()
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: {file}: expected the old text once, found it {text.count(old)} times: "
                                 f"{old.strip().splitlines()[0]}")
            texts[file] = text.replace(old, new)
        return texts


def load():
    rows = tomllib.loads((FOLDER / "mutants.toml").read_text())["mutant"]
    return [Mutant(row["name"], row["means"], row["loop"],
                   tuple((edit["file"], edit["old"], edit["new"]) for edit in row["edit"])) for row in rows]
