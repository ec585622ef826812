"""`shelftalk eval understand`: how messages are read, against labelled ones of five catalogues.

``labels`` and ``cases`` read the labels, ``matching`` and ``slots`` say what counts as right, ``figures`` makes figures
of it, ``systems`` are the readers that are measured, ``protocol`` puts them together, ``failures`` lists what is wrong.
"""
