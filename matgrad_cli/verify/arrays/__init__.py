"""The arithmetic under the evaluator: arrays with named axes, and jets of them."""
