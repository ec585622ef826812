"""`shelftalk eval write`: how true, personal and varied replies are, and what the claim check catches.

``playing`` plays `conversations.toml` through the product, ``statements`` cuts the replies, ``labels`` holds what a
person said of each statement, ``labelling`` asks for what is missing and ``judging`` puts both together. ``scenes`` are
statements written for the claim check, ``verdicts`` what it and naive checks make of them; ``variety`` counts pairs of
words, ``figures`` bounds shares, ``protocol`` makes the report and ``failures`` lists what is wrong.
"""
