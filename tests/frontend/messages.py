"""Every sentence of ours that gettext is asked for, found without GNU gettext, which a bare machine lacks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from django.template import Context, Template
from django.template.base import FilterExpression
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from tests.architecture.sources import files, modules, text, tree

# What each function of gettext is given first: a context, the message, its plural.
TAKES = {
    "gettext": ("message",),
    "ngettext": ("message", "plural"),
    "pgettext": ("context", "message"),
    "npgettext": ("context", "message", "plural"),
}


class Message(NamedTuple):
    """A sentence as a catalogue knows it."""

    message: str
    plural: str | None = None
    context: str | None = None


@cache
def all_messages() -> frozenset[Message]:
    return frozenset([*_in_python(), *_in_templates()])


def _in_python() -> Iterator[Message]:
    for name in modules():
        known = _functions(tree(name))
        for node in ast.walk(tree(name)):
            if function := _called(node, known):
                yield _message(node, function, name)


def asked_at_import() -> list[str]:
    """Where a sentence is fixed when its module is read, in whatever language is spoken then: it should be lazy."""
    return [
        f"{name}:{node.lineno}"
        for name in modules()
        for node in _run_at_import(tree(name))
        if isinstance(node, ast.Call) and not (_called(node, _functions(tree(name))) or "_lazy").endswith("_lazy")
    ]


def _functions(module: ast.Module) -> dict[str, str]:
    """Django's name of each function of gettext, by its name in this module."""
    imports = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    names = [alias for node in imports if node.module == "django.utils.translation" for alias in node.names]
    found = {alias.asname or alias.name: alias.name for alias in names}
    return {here: name for here, name in found.items() if name.removesuffix("_lazy") in TAKES}


def _called(node: ast.AST, known: dict[str, str]) -> str:
    """The function of gettext that is called here, by Django's name; empty for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return known.get(name, "")
        case ast.Call(func=ast.Attribute(value=ast.Name(id="translation"), attr=name)):
            return name if name.removesuffix("_lazy") in TAKES else ""
        case _:
            return ""


def _message(node: ast.AST, function: str, name: str) -> Message:
    assert isinstance(node, ast.Call)
    facts: dict[str, str] = {}
    for what, given in zip(TAKES[function.removesuffix("_lazy")], node.args, strict=False):
        at = f"{name}:{node.lineno}"
        assert isinstance(given, ast.Constant) and isinstance(given.value, str), f"{at}: not the sentence itself"
        facts[what] = given.value
    return Message(**facts)


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for default in [*child.args.defaults, *child.args.kw_defaults]:
                yield from ast.walk(default) if default else ()
        else:
            yield child
            yield from _run_at_import(child)


def templates() -> list[str]:
    return [name for name in files(".html", ".txt") if "/templates/" in name]


def _in_templates() -> Iterator[Message]:
    for name in templates():
        nodes = Template(text(name)).nodelist
        for word in nodes.get_nodes_by_type(TranslateNode):
            assert isinstance(word, TranslateNode)
            said = word.filter_expression.resolve(Context())
            yield Message(str(said).replace("%", "%%"), context=_context(word.message_context))
        for block in nodes.get_nodes_by_type(BlockTranslateNode):
            assert isinstance(block, BlockTranslateNode)
            plural = block.render_token_list(block.plural)[0] if block.plural else None
            yield Message(block.render_token_list(block.singular)[0], plural, _context(block.message_context))


def _context(given: FilterExpression | None) -> str | None:
    return str(given.resolve(Context())) if given else None
