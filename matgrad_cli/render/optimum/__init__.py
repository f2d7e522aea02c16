"""An optimum as text, Markdown, LaTeX, HTML, JSON, and as a function `solution(...)`."""
