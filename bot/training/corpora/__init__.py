"""Public dialogues as training examples of the reader, one module for each source.

Everything is read line by line from a folder of public data files; nothing of them ships. Only training parts are read,
and the development part of SGD where it is asked for by name. What a corpus does not annotate is left out of the loss.
"""
