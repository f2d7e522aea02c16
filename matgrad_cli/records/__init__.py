"""Plain records: derivations and findings."""

from .derivation import METHODS, Bindings, Derivation, ReadOff, Result, Sentence, Step, Value
