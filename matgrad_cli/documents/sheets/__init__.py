"""Documents as people hold them: Markdown, LaTeX, notebooks, plain text become formulas with the words around them."""
