"""A second opinion on manifests: other readers, and edits applied to what they read by other code than asklint's."""

from __future__ import annotations

import io
import json
import re
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path as File
from typing import Any, NamedTuple

import yaml

from asklint.edit import OPTIONAL, AddDocument, DropDocument, Edit, Insert, Move, Remove, RemoveIgnored, Rename, Set
from asklint.path import Path

_LINE = re.compile(r"^---[^\n]*(?:\n|\Z)", re.MULTILINE)
_SAYS = re.compile(r"^[^\S\n]*[^\s#]", re.MULTILINE)
_NUMBER = re.compile(
    r"(?!(?:0|-?[1-9][0-9]{0,17})$)"  # which every reader names as it is written
    r"[-+]?(?:0x[0-9a-f_]+|0[ob][0-9_]+|(?:[0-9][0-9_]*\.?|\.[0-9])[0-9_]*(?:e[-+]?[0-9]+)?|\.inf)|\.nan"
)
_GONE: Any = object()


class CannotSay(Exception):
    """This reader cannot read the text, and so has no opinion."""


class Chunk(NamedTuple):
    """The text of one document, and the offset at which it starts."""

    start: int
    text: str

    @property
    def says(self) -> bool:
        """Whether there is more in it than blanks and comments."""
        return _SAYS.search(self.text.removeprefix("\ufeff")) is not None


class Leaf(NamedTuple):
    """A scalar: its type as the reader resolves it, and the text of its value."""

    tag: str
    text: str


Reader = Callable[[str], Any]  # the text of a document -> a node as PyYAML and ruamel.yaml make them; raises CannotSay


def split(text: str) -> list[Chunk]:
    """The documents in `text`: JSON values one after the other, or what stands between lines that start with `---`."""
    if text.lstrip().startswith("{"):
        try:
            return list(_json_stream(text))
        except ValueError:
            pass
    chunks, at, unread = [], 0, 0
    for line in _LINE.finditer(text):
        first = line.start() == unread
        if first and line[0].startswith("---#"):
            continue  # kubectl keeps the first line of a document, and `---#` begins a word
        chunks.append(Chunk(at, text[at : line.start()]))
        at = line.end()
        unread = line.start() if first else at
    return [*chunks, Chunk(at, text[at:])]


def _json_stream(text: str) -> Iterator[Chunk]:
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        start = at + len(text[at:]) - len(text[at:].lstrip())
        _, end = decoder.raw_decode(text, start)
        yield Chunk(start, text[start:end])
        at = end


def by_pyyaml(text: str) -> Any:
    """The node that PyYAML composes from `text`."""
    try:
        return next(iter(yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))), None)
    except yaml.YAMLError as error:
        raise CannotSay(str(error)) from error


def by_ruamel(text: str) -> Any:
    """The node that ruamel.yaml's own parser composes from `text`, by the rules of YAML 1.1."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import ReusedAnchorWarning, YAMLError

    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # the nearest above counts, to every reader
            return reader.compose(io.StringIO(text))
    except (YAMLError, ValueError, AttributeError, AssertionError) as error:
        raise CannotSay(str(error)) from error


# -- the real kubectl

_PATCH = ("patch", "--local", "-o", "json", "--type=json", "-p", "[]", "--show-managed-fields")
_BATCH = 100  # texts a process


def by_kubectl(texts: Iterable[str]) -> dict[str, list[Any]]:
    """The objects that kubectl reads from each of `texts`, those of a List one by one, without what it refuses.

    `kubectl patch` takes an object without an apiVersion, which apply does not.
    """
    read = _patched(texts)
    chunks = {text: [chunk.text for chunk in split(text) if chunk.says] for text in read if read[text] is None}
    apart = _patched(chunk for mine in chunks.values() for chunk in mine)
    alone = {text: [value for chunk in mine for value in apart[chunk] or ()] for text, mine in chunks.items()}
    found = {text: alone[text] if values is None else values for text, values in read.items()}
    return {text: [value for value in values if value.get("apiVersion")] for text, values in found.items()}


def _patched(texts: Iterable[str]) -> dict[str, list[Any] | None]:
    """What kubectl reads from each text; None where it refuses a part of it."""
    wanted = list(dict.fromkeys(texts))
    read: dict[str, list[Any] | None] = {}
    with tempfile.TemporaryDirectory(prefix="asklint-judge-") as folder:
        for start in range(0, len(wanted), _BATCH):
            read |= _batch(wanted[start : start + _BATCH], File(folder))
    return read


def _batch(batch: Sequence[str], folder: File) -> dict[str, list[Any] | None]:
    arguments: list[str] = []
    for number, text in enumerate(batch):  # a mark behind each, since what is printed does not name its file
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8", newline="")
        (folder / f"{number}.json").write_text(json.dumps(_mark(number)))
        arguments += ["-f", f"{number}.yaml", "-f", f"{number}.json"]
    done = subprocess.run(["kubectl", *_PATCH, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    refused = {int(number) for number in re.findall(r"\b(\d+)\.yaml\b", done.stderr)}
    read: dict[str, list[Any] | None] = {}
    mine: list[Any] = []
    for value in (json.loads(chunk.text) for chunk in split(done.stdout)):
        if value == _mark(len(read)):
            read[batch[len(read)]] = None if len(read) in refused else mine
            mine = []
        else:
            mine.append(value)
    if len(read) != len(batch):
        raise RuntimeError(f"kubectl stopped behind {len(read)} of {len(batch)} texts: {done.stderr[-400:]}")
    return read


def _mark(number: int) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"asklint-judge-{number}"}}


# -- values


def data(node: Any) -> Any:
    """`node` as dicts, lists and Leaves; the last of equal keys counts, merges stay as they are written."""
    return _data(node, {})


def _data(node: Any, known: dict[int, Any]) -> Any:
    if id(node) not in known:
        if node is None:
            return Leaf("null", "null")
        if isinstance(node.value, str):
            known[id(node)] = _leaf(str(node.tag).rpartition(":")[2], node.value)
        elif node.value and isinstance(node.value[0], tuple):
            known[id(node)] = {_name(key): _data(value, known) for key, value in node.value}
        elif str(node.tag).endswith(":map"):
            known[id(node)] = {}
        else:
            known[id(node)] = [_data(item, known) for item in node.value]
    return known[id(node)]


def _name(key: Any) -> str:
    if not isinstance(key.value, str):
        raise CannotSay("a key is no scalar")
    word, tag = key.value.lower(), str(key.tag).rpartition(":")[2]
    if not key.style and word in ("y", "n", "yes", "no", "on", "off", "true", "false"):
        return _leaf("bool", word).text  # kubectl calls the key `on` true
    if tag in ("bool", "null", "binary") or (not key.style and _NUMBER.fullmatch(word)):
        raise CannotSay(f"kubectl has a name of its own for the key {key.value}")
    return str(key.value)


def _leaf(tag: str, text: str) -> Leaf:
    if tag == "null":
        return Leaf("null", "null")
    if tag == "bool":
        return Leaf("bool", str(text.lower() in ("true", "yes", "on", "y")).lower())
    if tag not in ("int", "float") or ":" in text:
        return Leaf("str", text)  # to kubectl, dates, 12:30, `=` and what has a tag of its own as well
    return Leaf(tag, _whole(text) if tag == "int" else text)


def _whole(text: str) -> str:
    """The whole number `text` in decimal digits; as it is written where it is none."""
    try:
        return str(yaml.SafeLoader("").construct_yaml_int(yaml.ScalarNode("", text)))
    except ValueError:
        return text


def leaves(value: Any) -> Any:
    """A value of asklint's as data() gives it."""
    if isinstance(value, dict):
        return {key: leaves(item) for key, item in value.items()}
    if isinstance(value, list):
        return [leaves(item) for item in value]
    if value is None or isinstance(value, bool):
        return Leaf("null" if value is None else "bool", json.dumps(value))
    return Leaf("str" if isinstance(value, str) else type(value).__name__, str(value))


def plain(value: Any) -> Any:
    """What data() gave, as json.loads would: for a look at manifests by other eyes than asklint's."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value.tag in ("bool", "null"):
        return json.loads(value.text)
    try:
        return int(value.text) if value.tag == "int" else value.text
    except ValueError:
        return value.text


def get(value: Any, path: Iterable[Any]) -> Any:
    """What stands at `path`, None where nothing does."""
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


# -- edits


def edited(node: Any, edits: Iterable[Edit]) -> list[Any]:
    """The data of the documents that `edits` make of the one at `node`; a parent left empty is there, and empty."""
    edits = [edit for index, edit in enumerate(edits) if edit not in list(edits)[:index]]
    before = data(node)
    value = _copy(before)
    for edit in edits:
        if isinstance(edit, Set):
            value = _put(value, edit.path, leaves(edit.value))
        elif isinstance(edit, Insert):
            value = _put(value, edit.path, [*_list(get(value, edit.path)), leaves(edit.value)])
        elif isinstance(edit, Move):
            value = _put(value, edit.to, get(before, edit.path))
    for edit in edits:
        if isinstance(edit, Remove | Move) and get(before, edit.path) is not None:
            parent = get(value, edit.path[:-1])
            if parent is not None:  # it went with what it stood in otherwise
                parent[edit.path[-1]] = _GONE
    for edit in sorted((e for e in edits if isinstance(e, Rename)), key=lambda e: -len(e.path)):
        parent = get(value, edit.path[:-1])
        renamed = {edit.key if key == edit.path[-1] else key: item for key, item in parent.items()}
        parent.clear()
        parent.update(renamed)
    documents = [] if any(isinstance(edit, DropDocument) for edit in edits) else [_swept(value)]
    return documents + [leaves(edit.value) for edit in edits if isinstance(edit, AddDocument)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _copy(value: Any) -> Any:
    """A copy in which nothing is shared, as an alias shares."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _put(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    if isinstance(path[0], int):
        value[path[0]] = _put(value[path[0]], path[1:], new)
        return value
    value = value if isinstance(value, dict) else {}
    value[path[0]] = _put(value.get(path[0]), path[1:], new)
    return value


def _swept(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _swept(item) for key, item in value.items() if item is not _GONE}
    return [_swept(item) for item in value if item is not _GONE] if isinstance(value, list) else value


def differs(wanted: Any, got: Any, at: str = "") -> str | None:
    """The first place where `got` is not `wanted`, None where there is none.

    A collection that is empty in `wanted` may be absent in `got` where the API means the same by it.
    """
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            if key not in wanted:
                return f"{at}/{key} came from nowhere"
            if key not in got:
                if _is_nothing(wanted[key], key):
                    continue
                return f"{at}/{key} is gone"
            inside = differs(wanted[key], got[key], f"{at}/{key}")
            if inside:
                return inside
        return None
    if isinstance(wanted, list) and isinstance(got, list):
        if len(wanted) != len(got):
            return f"{at} has {len(got)} items, not {len(wanted)}"
        found = (differs(one, got[index], f"{at}/{index}") for index, one in enumerate(wanted))
        return next((one for one in found if one), None)
    return None if wanted == got else f"{at or 'the document'} is {_short(got)}, not {_short(wanted)}"


def _is_nothing(value: Any, key: str) -> bool:
    """Whether `value`, at `key`, may be absent: empty, or empty but for what may be absent."""
    if key not in OPTIONAL or not isinstance(value, dict | list):
        return False
    return all(_is_nothing(value[inner], inner) for inner in value) if isinstance(value, dict) else not value


def _short(value: Any) -> str:
    if isinstance(value, Leaf):
        return f"{value.tag} {value.text[:40]!r}"
    return "a mapping" if isinstance(value, dict) else "a list"


# -- places


class Place(NamedTuple):
    """Where a value is written: the line and column of its key (or of the value itself), and its last line; from 0."""

    line: int
    column: int
    last: int


def place(node: Any, path: Path) -> Place | None:
    """Where what stands at `path` is written, None where nothing does."""
    first = node
    for key in path:
        parts = _parts(node)
        if isinstance(key, int):
            if parts or not isinstance(node.value, list) or key >= len(node.value):
                return None
            first = node = node.value[key]
        else:
            found = [(name, value) for name, value in parts if _name(name) == key]
            if not found:
                return None
            first, node = found[-1]
    return Place(first.start_mark.line, first.start_mark.column, max(last_line(first), last_line(node)))


def places(node: Any, edit: Edit) -> Iterator[Place]:
    """The lines that `edit` may take or rewrite: those of what it names, or of the scalar or flow list it fills."""
    if isinstance(edit, RemoveIgnored):
        parent = _node(node, edit.path)
        key, value = parent.value[edit.which]
        yield Place(key.start_mark.line, key.start_mark.column, last_line(value))
        return
    if isinstance(edit, AddDocument | DropDocument):
        return
    path = edit.path
    found = place(node, path)
    if found is not None and not (isinstance(edit, Insert) and _is_block(_node(node, path))):
        yield found
    for filled in [edit.to] if isinstance(edit, Move) else [path] if isinstance(edit, Set | Insert) else []:
        while filled and _node(node, filled) is None:
            filled = filled[:-1]
        holder = _node(node, filled)
        if holder is not None and not _is_block(holder):
            there = place(node, filled)
            if there is not None:
                yield there


def _node(node: Any, path: Path) -> Any:
    for key in path:
        if isinstance(key, int):
            if not isinstance(node.value, list) or key >= len(node.value):
                return None
            node = node.value[key]
        else:
            node = next((value for name, value in reversed(_parts(node)) if _name(name) == key), None)
        if node is None:
            return None
    return node


def _parts(node: Any) -> list[tuple[Any, Any]]:
    pairs = isinstance(node.value, list) and node.value and isinstance(node.value[0], tuple)
    return node.value if pairs else []


def _is_block(node: Any) -> bool:
    return isinstance(node.value, list) and bool(node.value) and not node.flow_style


def last_line(node: Any) -> int:
    """The last line that is written: a block collection's mark lies behind the blank lines and comments after it."""
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return max(map(last_line, last)) if isinstance(last, tuple) else last_line(last)
    end: int = node.end_mark.line
    if isinstance(node.value, str) and node.style in ("|", ">"):
        return end - 1 if node.end_mark.column == 0 and end > node.start_mark.line else end
    return end


def broken_up(text: str) -> bool:
    """Whether lines end in `text` where only YAML 1.1 sees an end, so that its lines are not those of an editor."""
    return re.search("\r(?!\n)|[\x85\u2028\u2029]", text) is not None


def aliased(text: str) -> bool:
    """Whether aliases or merges may stand in `text`, through which a place is somewhere else than it seems."""
    return re.search(r"(?:^|[\s\[{,:-])[*&][^\s*&]", text) is not None or "<<" in text
