"""The parts of the lexical understander: words and rules over a vocabulary, no generative model."""
