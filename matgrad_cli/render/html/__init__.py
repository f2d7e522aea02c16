"""Documents as HTML: MathML from the tree, pictures as SVG, one style sheet; imported only where HTML is asked for."""
