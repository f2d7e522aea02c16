"""Lines as sums of terms, entries and δ, transposes: what the engine and the methods build expressions with."""
