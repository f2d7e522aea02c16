"""Documents as people hold them, judged: the claims about their problem, side facts in letters of their own,
what is passed over."""
