"""A class and its key: who the students are, each submission judged by itself."""
