"""What one demo proposal consists of; the two lists of proposals are made of these."""

from dataclasses import dataclass

from tongxin_contracts.words import Category


@dataclass(frozen=True, slots=True)
class DemoProposal:
    """One proposal of the demo data."""

    title: str
    """As a source document prints it."""
    category: Category
    facts: str
    analysis: str
    suggestions: tuple[str, str, str]
