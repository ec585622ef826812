"""A small, closed template language: Jinja2 in its immutable sandbox, narrowed to what prompts need.

Two walls: the syntax tree may hold only output, ``if``, ``for``, comparisons, ``+ - ~``, plain attributes and our own
filters (no calls, no assignments, no macros, no imports, no names that begin with an underscore); and what runs is
sandboxed, strict about undefined names and bounded in loops and output. Knows nothing of files or locales.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts.errors import PromptError
from prompts.filters import FILTERS, LIMIT, text_of

LOOPS = 5_000
"""How many loop steps one rendering may take."""

_LOOP = frozenset({"index", "index0", "first", "last", "length"})

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
    nodes.Concat,
)


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """Sandboxed Jinja2 in which a dot or bracket reads data alone: keys, positions and the state of a loop."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A mapping's key or a loop's state; no method or attribute of anything is ever reached."""
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A mapping's key or a list's position; anything else is undefined."""
        try:
            if isinstance(obj, (dict, list)):
                return obj[argument]
        except (KeyError, IndexError, TypeError):
            pass
        return self.undefined(obj=obj, name=argument)


def environment() -> PromptEnvironment:
    """A fresh environment that holds our filters and no globals and tests at all."""
    env = PromptEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, finalize=text_of
    )
    env.globals.clear()
    env.tests.clear()
    env.filters.clear()
    env.filters.update(FILTERS)
    env.filters["_steps"] = _steps
    return env


def parse(env: ImmutableSandboxedEnvironment, source: str, *, where: str, line: int = 1) -> nodes.Template:
    """The checked syntax tree, its loops bounded; ``line`` is the one of the file on which ``source`` begins.

    Raises `PromptError` naming ``where``, the line and the remedy.
    """
    try:
        tree = env.parse(source)
    except (TemplateError, RecursionError) as error:
        at = line - 1 + (getattr(error, "lineno", None) or 1)
        found = getattr(error, "message", None) or "nested too deeply"
        raise PromptError(f"{where}, line {at}: {found}", hint="Check the braces and the tags.", line=at) from error
    for node in tree.find_all(nodes.Node):
        _refuse_unsafe(node, where=where, above=line - 1)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "_steps", [], [], None, None, lineno=loop.lineno)
    return tree


def variables(tree: nodes.Template) -> frozenset[str]:
    """The names that a rendering must be given: those read and bound by no loop."""
    names = list(tree.find_all(nodes.Name))
    bound = {name.name for name in names if name.ctx == "store"}
    return frozenset(name.name for name in names) - bound - {"loop"}


def line_of(tree: nodes.Template, name: str) -> int:
    """The first line of a template, from 1, that reads a name."""
    return min((one.lineno for one in tree.find_all(nodes.Name) if one.name == name), default=1)


def written(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """What stands in a template outside its marks, with its line, from 1."""
    for piece in tree.find_all(nodes.TemplateData):
        yield piece.lineno, piece.data


def render(template: Template, values: Mapping[str, Any], *, grammar: Mapping[str, str], where: str) -> str:
    """The text, stripped. Raises `PromptError` on an undefined name, too many steps or too much text."""
    budget = iter(range(LOOPS))
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.generate(values, _grammar=grammar, _budget=budget):
            pieces.append(piece)
            size += len(piece)
            if size > LIMIT:
                raise PromptError(f"{where}: made more than {LIMIT} characters.", hint="Pass less, or `| clip(n)`.")
    except (TemplateError, TypeError, ValueError, RecursionError, ArithmeticError) as error:
        raise PromptError(f"{where}: {error}", hint="Compare its variables with the values passed.") from error
    return "".join(pieces).strip()


def _refuse_unsafe(node: nodes.Node, *, where: str, above: int) -> None:
    """Raise unless the node belongs to the prompt language; ``above`` lines of the file come before the template."""
    found = hint = ""
    if not isinstance(node, _ALLOWED):
        found = f"{type(node).__name__.lower()!r} is not part of the prompt language."
        hint = "Use if, for and filters."
    elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
        found, hint = f"no filter {node.name!r}.", f"There are: {', '.join(sorted(FILTERS))}."
    elif isinstance(node, nodes.For) and node.recursive:
        found, hint = "recursive loops are refused.", "Use a plain for."
    elif (name := _name(node)).startswith("_"):
        found, hint = f"the name {name!r} is refused.", "Names may not begin with an underscore."
    if found:
        line = above + node.lineno
        raise PromptError(f"{where}, line {line}: {found}", hint=hint, line=line)


def _name(node: nodes.Node) -> str:
    """The name, attribute or constant key that a node reads."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return ""


@pass_context
def _steps(context: Context, values: Iterable[Any]) -> Iterator[Any]:
    """``values``, each one paid for from the rendering's budget of steps."""
    budget = context.get("_budget")
    for value in values:
        if next(budget, None) is None:
            raise PromptError(f"A prompt looped more than {LOOPS} times.", hint="Pass shorter lists.")
        yield value
