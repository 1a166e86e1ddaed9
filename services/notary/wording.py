"""How sizes of trees are said."""


def leaves(count: int) -> str:
    """How many leaves: `1 leaf`, `1,200 leaves`."""
    return f"{count:,} {'leaf' if count == 1 else 'leaves'}"
