"""Shapes: as people write them, and found by unification from how names are used."""
