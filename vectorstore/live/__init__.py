"""Changes of a catalogue that is being served: journalled, applied to what is open, folded in later."""
