"""The trained re-ranker: a need and an item, or a question and a passage, read together by one encoder pass."""
