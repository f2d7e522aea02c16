"""A syntax tree as one compact line, for the tables of the LaTeX tests."""

from __future__ import annotations

from matgrad_cli.notation import syntax as s


def tree(node: s.Node | None) -> str:
    """(operator left right), `A'` for a transpose, `_` for nothing."""
    match node:
        case None:
            return "_"
        case s.Group():
            return tree(node.body)
        case s.Literal_():
            return str(node.value)
        case s.Name():
            return node.name
        case s.Negative():
            return f"(neg {tree(node.body)})"
        case s.Binary():
            return f"({node.operator} {tree(node.left)} {tree(node.right)})"
        case s.Transposed():
            return f"{tree(node.body)}'"
        case s.Inverted():
            return f"(inv{node.power if node.power != 1 else ''} {tree(node.body)})"
        case s.Apply():
            options = "".join(f":{value}" for _, value in node.options)
            return f"({node.function}{options}{''.join(f' {tree(part)}' for part in node.arguments)})"
        case s.Subscript():
            return f"{tree(node.body)}[{indices(node.indices)}]"
        case s.Slice():
            return f"(slice {node.way} {node.letter.name} {node.matrix.name} {tree(node.index)})"
        case s.Sigma():
            return f"(sum[{indices(node.letters)}] {tree(node.body)})"
        case s.Kronecker():
            return f"delta[{indices(node.indices)}]"
        case s.Derivative():
            entry = f"[{indices(node.indices)}]" if node.indices else ""
            return f"(D:{node.style} {tree(node.body)} / {tree(node.variable)}{entry})"
        case s.Differential_():
            return f"(d {tree(node.body)}{f' @{tree(node.direction)}' if node.direction else ''})"
        case s.Cases():
            return "(cases " + " ".join(f"[{tree(value)} | {condition}]" for value, condition in node.branches) + ")"
        case s.Ellipsis_():
            return "..."
    raise AssertionError(node)


def indices(parts: tuple[s.Node, ...]) -> str:
    """The indices with commas."""
    return ",".join(tree(part) for part in parts)
