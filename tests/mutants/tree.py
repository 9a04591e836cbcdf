"""Copies of the tree, in which mutants are built."""


def files_of(root, part):
    path = root / part
    return [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]


def copy_tree(source, target, parts):
    """Makes `target` equal to the files and folders `parts` of `source`, but for its folder `build`.

    What is equal already keeps its time, so it is not built again.
    """
    wanted = {path.relative_to(source) for part in parts for path in files_of(source, part)}
    old = [entry.name for entry in target.iterdir() if entry.name != "build"] if target.is_dir() else []
    for path in [path for part in old for path in files_of(target, part)]:
        if path.relative_to(target) not in wanted:
            path.unlink()
    for name in wanted:
        data = (source / name).read_bytes()
        copy = target / name
        if copy.is_file() and copy.read_bytes() == data:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)
