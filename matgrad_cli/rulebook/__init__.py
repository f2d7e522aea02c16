"""Rules and methods: TOML files, cut at once, read and parsed when a rule is first needed."""

from .load import Rulebook, rulebook, rules_folder
from .rule import Method, Requirement, Rule
