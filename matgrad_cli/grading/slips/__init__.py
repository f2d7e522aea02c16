"""What kind of slip makes a line wrong: each cause tried by numbers before it is named."""
