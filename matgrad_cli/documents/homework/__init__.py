"""What somebody handed in: which problem a passage answers, and its pieces, formulas with the words around them."""
