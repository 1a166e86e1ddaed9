"""No module needs another that needs it: no import, at its start or inside a function, leads back to it."""

import grimp

PACKAGES = ("bench", "events", "projections", "services")


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """The groups of modules of which each imports each other, directly or through others (Tarjan 1972)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        path.append(module)
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            if imported not in order:
                visit(imported)
                lowest[module] = min(lowest[module], lowest[imported])
            elif imported in path:
                lowest[module] = min(lowest[module], order[imported])
        if lowest[module] == order[module]:
            place = path.index(module)
            if len(group := path[place:]) > 1:
                found.append(sorted(group))
            del path[place:]

    for module in sorted(graph.modules):
        if module not in order:
            visit(module)
    return found


def test_no_module_leads_back_to_itself() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)
    assert circles(graph) == []


def test_a_circle_is_found() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [["a", "b", "c"]]
