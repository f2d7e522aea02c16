"""Final answers: right in whatever form they are written, or wrong with the kind of slip."""
