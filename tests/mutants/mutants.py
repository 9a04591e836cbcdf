"""The mutants of the *.toml files beside this: small, realistic changes of the engine's behaviour."""

import pathlib
import tomllib
from dataclasses import dataclass

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent


@dataclass(frozen=True)
class Mutant:
    name: str
    means: str
    file: str  # from the root of the tree
    edits: tuple[tuple[str, str], ...]  # old text, new text

    def apply(self, text):
        for old, new in self.edits:
            text = text.replace(old, new, 1)
        return text

    def defect(self, root):
        """Why it does not apply to the sources under `root`; empty when it does."""
        path = root / self.file
        if not path.is_file():
            return f"expected {self.file}, found no such file"
        text = path.read_text()
        for old, new in self.edits:
            count = text.count(old)
            if count != 1:
                return f"{self.file}: expected the old text once, found it {count} times: {old.strip().splitlines()[0]}"
            if old == new:
                return f"{self.file}: expected a change, found none"
        return ""


def load():
    """All mutants, those of one source file next to each other, and headers, which take longer, last."""
    mutants = []
    for path in sorted(FOLDER.glob("*.toml")):
        for row in tomllib.loads(path.read_text())["mutant"]:
            edits = [(row["old"], row["new"]), *map(tuple, row.get("also", []))]
            mutants.append(Mutant(row["name"], row["means"], row["file"], tuple(edits)))
    return sorted(mutants, key=lambda mutant: (mutant.file.endswith(".h"), mutant.file))
