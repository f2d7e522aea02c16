"""The methods besides the index method: differential, adjoint, chain, expand."""
