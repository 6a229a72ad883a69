"""Which parameters can only be told apart as products, found by reading the rules.

Every expression of every rule and phase is taken apart into products of parameters: `p.a * p.b * x * (1 + p.c * y)`
holds the products `a b` and `c`. Scaling parameters so that all products stay as they are changes no result, so such
parameters cannot be told apart by outcomes. What is found so is certain. What runs through several steps or columns is
not seen: the list is a lower bound.

Bounds are passed over (`clip(a b, 0, 10)` counts as `a b`), and so are comparisons with 0 (`a <= 0`): both keep their
meaning under small changes of scale.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from .. import process
from ..schema.parameters import PARAMETERS

__all__ = ["Inseparable", "always_beside", "inseparable", "products_in", "read_by", "rule_modules", "switches"]

Product = tuple[tuple[str, float], ...]  # of parameters, each with its power, by name
_NAME_OF = {p.column: p.name for p in PARAMETERS.values()}
WITHOUT_RULES = {
    "month",
    "ahead",
    "warmup",
}  # of the modules of the process: what runs the others, and what compiles them
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Inseparable:
    """Parameters that appear only within products of one another: `freedom` scalings of them change nothing."""

    parameters: tuple[str, ...]
    products: tuple[Product, ...]
    freedom: int


def rule_modules() -> list[ModuleType]:
    """Every module with rules: of the phases, of what several of them use, and of a world's beginning."""
    names = [name for _, name, _ in pkgutil.iter_modules(process.__path__) if name not in WITHOUT_RULES]
    return [importlib.import_module(f"{process.__name__}.{name}") for name in names]


def read_by(function: ast.AST) -> list[str]:
    """The parameters that a function reads, in the order of the table."""
    found = {_parameter(node) for node in ast.walk(function)}
    return [name for name in PARAMETERS if name in found]


def _parameter(node: ast.AST) -> str | None:
    """The parameter that an expression is: `p.column` or `world.parameters[0].column`."""
    if not isinstance(node, ast.Attribute) or node.attr not in _NAME_OF:
        return None
    base = node.value
    whole = (
        isinstance(base, ast.Subscript) and isinstance(base.value, ast.Attribute) and base.value.attr == "parameters"
    )
    return _NAME_OF[node.attr] if whole or isinstance(base, ast.Name) and base.id == "p" else None


def products_in(source: str) -> Iterator[Product]:
    """Every product of parameters in a text of Python.

    >>> text = "def f(x, p): return p.track_two_funds * x * (1 + p.track_two_budget * x)"
    >>> list(products_in(text))
    [(('track_two.funds', 1),), (('track_two.budget', 1),)]
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            yield from _Reader(node).products()


class _Reader:
    """Reads one function. A name that is given a value once stands for that value wherever it is used."""

    def __init__(self, function: ast.FunctionDef):
        self.function = function
        stored = [node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        count = Counter(node.id for node in stored)
        loaded = {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        self.meaning = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if count[name] == 1 and name in loaded:
                    self.meaning[name] = node

    def products(self) -> Iterator[Product]:
        for statement in self.function.body:
            yield from self.within(statement)

    def within(self, node: ast.AST) -> Iterator[Product]:
        """The products in a statement or an expression."""
        if isinstance(node, ast.Assign) and node in self.meaning.values():
            return  # read where the name is used
        if isinstance(node, _FUNCTIONS):
            return
        if _is_switch(node):
            return
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            powers, rest = self.factors(node)
            if powers:
                yield tuple(sorted((name, power) for name, power in powers.items() if power))
            if rest != [node]:
                for other in rest:
                    yield from self.within(other)
                return
        for child in ast.iter_child_nodes(node):
            yield from self.within(child)

    def factors(self, node: ast.AST) -> tuple[Counter, list[ast.AST]]:
        """An expression as a product: its parameters with their powers, and all other factors."""
        name = _parameter(node)
        if name:
            return Counter({name: 1}), []
        inner = self.seen_through(node)
        if inner is not None:
            powers, rest = self.factors(inner[0])
            return Counter({name: power * inner[1] for name, power in powers.items()}), [*rest, *inner[2]]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            left, right = self.factors(node.left), self.factors(node.right)
            sign = 1 if isinstance(node.op, ast.Mult) else -1
            powers = Counter(left[0])
            for name, power in right[0].items():
                powers[name] += sign * power
            return powers, [*left[1], *right[1]]
        return Counter(), [node]

    def seen_through(self, node: ast.AST) -> tuple[ast.AST, float, list[ast.AST]] | None:
        """What an expression is but for a sign, a bound, a root or a condition: that, its power, and what else to read."""
        if isinstance(node, ast.Name) and node.id in self.meaning:
            return self.meaning[node.id].value, 1, []
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return node.operand, 1, []
        if isinstance(node, ast.IfExp) and _is_zero(node.orelse):
            return node.body, 1, [node.test]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
            return node.left, node.right.value, []  # type: ignore[return-value]
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("clip", "int", "float"):
                return node.args[0], 1, list(node.args[1:])
            if called == "sqrt":
                return node.args[0], 0.5, []
        return None


def _is_zero(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _is_switch(node: ast.AST) -> bool:
    """Whether it asks on which side of 0 something is, which no scale changes."""
    if not isinstance(node, ast.Compare) or not _is_zero(node.comparators[-1]):
        return False
    return isinstance(node.ops[-1], ast.Lt | ast.LtE | ast.Gt | ast.GtE)


def all_products() -> set[Product]:
    """Every product of parameters in the rules of the model."""
    return {product for module in rule_modules() for product in products_in(inspect.getsource(module)) if product}


def inseparable(products: set[Product] | None = None) -> list[Inseparable]:
    """The groups of parameters that some change of scale leaves without any effect.

    >>> funds_and_budget = {(("track_two.budget", 1), ("track_two.funds", 1)), (("trust.prior", 1),)}
    >>> [group.parameters for group in inseparable(funds_and_budget)]
    [('track_two.budget', 'track_two.funds')]
    """
    products = all_products() if products is None else products
    found = []
    for group in _groups(products):
        names = sorted({name for product in group for name, _ in product}, key=list(PARAMETERS).index)
        powers = np.array([[dict(product).get(name, 0) for name in names] for product in group], float)
        _, sizes, directions = np.linalg.svd(powers)
        rank = int((sizes > 1e-9).sum())
        free = np.abs(directions[rank:]).max(axis=0, initial=0.0) > 1e-9
        if free.any():
            loose = tuple(name for name, is_free in zip(names, free) if is_free)
            holding = tuple(p for p in group if any(name in loose for name, _ in p))
            found.append(Inseparable(loose, holding, len(names) - rank))
    return sorted(found, key=lambda one: list(PARAMETERS).index(one.parameters[0]))


def _groups(products: set[Product]) -> list[list[Product]]:
    """Products that share parameters, directly or through others."""
    groups: list[tuple[set[str], list[Product]]] = []
    for product in sorted(products):
        names, members = {name for name, _ in product}, [product]
        apart = []
        for other_names, others in groups:
            if names & other_names:
                names, members = names | other_names, [*others, *members]
            else:
                apart.append((other_names, others))
        groups = [*apart, (names, members)]
    return [sorted(members) for _, members in groups]


def always_beside(products: set[Product] | None = None) -> dict[str, list[str]]:
    """For each parameter that always comes multiplied with another which also stands elsewhere: those others."""
    products = all_products() if products is None else products
    grouped = {name for group in inseparable(products) for name in group.parameters}
    found = {}
    for name in PARAMETERS:
        own = [dict(product) for product in products if name in dict(product)]
        shared = set.intersection(*(set(product) for product in own)) - {name} if own else set()
        others = [other for other in PARAMETERS if other in shared and not {name, other} <= grouped]
        if others:
            found[name] = others
    return found


def switches() -> list[str]:
    """The parameters that are compared with 0 somewhere: at 0 they do more than their products say."""
    found = set()
    for module in rule_modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Compare) and _is_switch(node):
                found |= set(read_by(node.left))
    return [name for name in PARAMETERS if name in found]


def written(product: Product | Sequence[tuple[str, float]]) -> str:
    """A product as people read it.

    >>> written((("accord.months", 1), ("trust.prior", -1)))
    '`accord.months` / `trust.prior`'
    """
    above = [f"`{name}`" + ("" if power == 1 else f"^{power:g}") for name, power in product if power > 0]
    below = [f"`{name}`" + ("" if power == -1 else f"^{-power:g}") for name, power in product if power < 0]
    return " x ".join(above or ["1"]) + "".join(f" / {one}" for one in below)
