OK_FORMAT = True

test = {
    "name": "q1",
    "points": 2,
    "suites": [
        {
            "type": "doctest",
            "scored": True,
            "setup": "",
            "teardown": "",
            "cases": [
                {
                    "code": r'''
                    >>> from matgrad_cli import assert_right
                    >>> assert_right(answer, loss="norm(X@w - y)**2", wrt="w", shapes="X: m×n, w: n, y: m")
                    ''',
                    "hidden": False,
                    "locked": False,
                }
            ],
        }
    ],
}
