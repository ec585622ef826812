"""Files or changes -> the next generation of a catalogue, with a report first and a way back."""
