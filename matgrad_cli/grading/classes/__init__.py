"""A class and its key: who the students are, each submission judged by itself, what was judged before kept."""
