"""Derivatives with three and four indices: case tables, ⊗ forms, pictures."""
