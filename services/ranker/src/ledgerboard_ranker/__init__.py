"""The ranker: folds facts into the live boards."""
