"""What kind of slip a wrong claim of backward code is: mended lines, tried by numbers."""
