"""Reads a whole policy folder. All faults of all files are raised together, so that an officer mends everything in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.policyfiles.facts import read_parameter, read_table, read_variable
from doudi.policyfiles.form import MISSING_KEY, WRONG_TYPE, Form
from doudi.policyfiles.model import Glossary, PolicyFiles, RoutingFiles
from doudi.policyfiles.programmes import read_programme
from doudi.policyfiles.rulefiles import read_routing, read_rule
from doudi.policyfiles.specs import read_rule_spec, read_variable_specs
from doudi.policyfiles.together import check_together
from doudi.policyfiles.tree import Map, Place, Text, read_tree

DUPLICATE = code("policy_duplicate", "政策文件中的编号或标识重复")
FILE_NAME = code("policy_file_name", "政策文件的文件名或文件夹与其编号不符")
NO_FOLDER = code("policy_no_folder", "找不到政策文件夹")

SECTIONS = ("departments", "kinds", "deliveries", "datasets", "tables", "fields", "variables", "parameters", "programmes")
_T = TypeVar("_T")


@dataclass
class _Shelf:
    """What has been read so far."""

    root: Path
    faults: list[Fault]
    found: dict[str, dict[str, object]] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)

    def shown(self, path: Path) -> str:
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"

    def trees(self, folder: Path, pattern: str) -> Iterator[tuple[Path, Map]]:
        """Mappings of all files of a folder, in the order of their names."""
        for path in sorted(folder.glob(pattern)):
            tree = read_tree(path, self.shown(path), self.faults)
            if isinstance(tree, Map):
                yield path, tree
            elif tree is not None:
                self.faults.append(Fault(WRONG_TYPE, "文件应为键值", self.shown(path)))

    def keep(self, sort: str, name: str, item: object, place: Place, replaces: bool = False) -> None:
        """Put an item on its shelf; a second one of the same name is a fault unless it may replace the first."""
        shelf = self.found.setdefault(sort, {})
        if name in shelf and not replaces:
            first = getattr(shelf[name], "place", "")
            self.faults.append(Fault(DUPLICATE, f"{name} 已在别处定义", str(place), f"先见于 {first}", "改名或删去一处"))
            return
        shelf[name] = item

    def named(self, path: Path, name: str, place: Place) -> None:
        if path.stem != name:
            self.faults.append(Fault(FILE_NAME, f"文件名 {path.stem} 与其中的 {name} 不一致", str(place), todo=f"改名为 {name}.yaml"))


def read_policy(folder: Path, drafts: bool = False) -> PolicyFiles:
    """Read and check `policy/`. With `drafts`, also `drafts/`, whose rules replace rules in force of the same id.

    Raises DoudiError with all faults of form, each with file and line. Expressions are not parsed here.
    """
    faults: list[Fault] = []
    if not folder.is_dir():
        raise DoudiError(Fault(NO_FOLDER, "找不到政策文件夹", folder.name, todo="检查路径"))
    shelf = _Shelf(folder, faults)
    name, version, title = _head(shelf)
    glossary = _glossary(shelf, [folder])
    _read_room(shelf, folder, False)
    drafted: frozenset[str] = frozenset()
    if drafts and (folder / "drafts").is_dir():
        glossary = _glossary(shelf, [folder, folder / "drafts"])
        drafted = _read_room(shelf, folder / "drafts", True)
    policy = _assemble(shelf, name, version, title, glossary, drafted)
    faults.extend(check_together(policy))
    if faults:
        raise DoudiError(sorted(set(faults), key=lambda fault: (fault.where, fault.code, fault.what)))
    return policy


def _head(shelf: _Shelf) -> tuple[str, str, str]:
    for _path, tree in shelf.trees(shelf.root, "policy.yaml"):
        with Form(tree, shelf.faults) as form:
            form.text("note", False)
            return form.word("policy"), form.word("version"), form.word("title")
    shelf.faults.append(Fault(MISSING_KEY, "缺少 policy.yaml", shelf.root.name, todo="写明名称、版本和标题"))
    return "", "", ""


def _glossary(shelf: _Shelf, folders: Iterable[Path]) -> Glossary:
    sections: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    meaning: dict[str, tuple[str, Place]] = {}
    identifier: dict[str, str] = {}
    for folder in folders:
        for _path, tree in shelf.trees(folder, "glossary*.yaml"):
            with Form(tree, shelf.faults) as form:
                for section in SECTIONS:
                    for name, term in form.texts(section, False).items():
                        _one_meaning(shelf, name, term, meaning, identifier)
                        sections[section][name] = term.value
    return Glossary(sections)


def _one_meaning(shelf: _Shelf, name: str, term: Text, meaning: dict[str, tuple[str, Place]], identifier: dict[str, str]) -> None:
    known, place = meaning.setdefault(name, (term.value, term.place))
    if known != term.value:
        shelf.faults.append(
            Fault(DUPLICATE, f"标识 {name} 有两个中文名：{known}、{term.value}", str(term.place), f"先见于 {place}", "一个标识只对应一个中文名")
        )
    if identifier.setdefault(term.value, name) != name:
        other = identifier[term.value]
        shelf.faults.append(Fault(DUPLICATE, f"中文名 {term.value} 有两个标识：{other}、{name}", str(term.place), todo="一个中文名只对应一个标识"))


def _read_room(shelf: _Shelf, folder: Path, draft: bool) -> frozenset[str]:
    """Read one folder with the layout of `policy/`; returns the ids of its rules."""

    def single(
        pattern: str, sort: str, read: Callable[[Map, list[Fault]], _T], name_of: Callable[[_T], str], replaces: bool = False
    ) -> Iterator[str]:
        for path, tree in shelf.trees(folder, pattern):
            item = read(tree, shelf.faults)
            shelf.named(path, name_of(item), tree.place)
            shelf.keep(sort, name_of(item), item, tree.place, replaces)
            yield name_of(item)

    list(single("parameters/*.yaml", "parameters", read_parameter, lambda item: item.parameter))
    list(single("tables/*.yaml", "tables", read_table, lambda item: item.table))
    list(single("programmes/*.yaml", "programmes", read_programme, lambda item: item.programme))
    list(single("specs/rules/*.yaml", "rule_specs", read_rule_spec, lambda item: item.spec, draft))
    rules = frozenset(single("rules/*/*.yaml", "rules", read_rule, lambda item: item.rule, draft))
    _read_variables(shelf, folder)
    _read_variable_specs(shelf, folder)
    _read_routing(shelf, folder, draft)
    for path, tree in shelf.trees(folder, "rules/*/*.yaml"):
        kind = tree.get("kind")
        if isinstance(kind, Text) and kind.value != path.parent.name:
            shelf.faults.append(
                Fault(FILE_NAME, f"类别 {kind.value} 的规则放在了文件夹 {path.parent.name}", str(kind.place), todo=f"移到 rules/{kind.value}/")
            )
    return rules


def _read_variables(shelf: _Shelf, folder: Path) -> None:
    for path, tree in shelf.trees(folder, "variables/*.yaml"):
        with Form(tree, shelf.faults) as form:
            shelf.topics[path.stem] = form.word("about", False)
            for item in form.maps("variables"):
                variable = read_variable(item, path.stem, shelf.faults)
                shelf.keep("variables", variable.variable, variable, variable.place)


def _read_variable_specs(shelf: _Shelf, folder: Path) -> None:
    for _path, tree in shelf.trees(folder, "specs/variables/*.yaml"):
        for spec in read_variable_specs(tree, shelf.faults):
            shelf.keep("variable_specs", spec.spec, spec, spec.place)


def _read_routing(shelf: _Shelf, folder: Path, draft: bool) -> None:
    for _path, tree in shelf.trees(folder, "routing/*.yaml"):
        routing = read_routing(tree, shelf.faults)
        for rule, route in routing.routes.items():
            shelf.keep("routes", rule, route, route.place, draft)
        for name, figure in routing.loop.items():
            shelf.keep("loop", name, figure, figure.place)


def _assemble(shelf: _Shelf, name: str, version: str, title: str, glossary: Glossary, drafted: frozenset[str]) -> PolicyFiles:
    def of(sort: str) -> dict:  # type: ignore[type-arg]
        return dict(sorted(shelf.found.get(sort, {}).items()))

    return replace(
        PolicyFiles(name, version, title, {}, {}, {}, {}, {}, {}, RoutingFiles(of("routes"), of("loop")), of("programmes"), glossary, drafted),
        parameters=of("parameters"),
        tables=of("tables"),
        variables=of("variables"),
        rules=of("rules"),
        rule_specs=of("rule_specs"),
        variable_specs=of("variable_specs"),
        topics=dict(shelf.topics),
    )
