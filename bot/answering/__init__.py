"""What a service answer is made of: quotable pieces, service words, evidence, and the calibrated doubt."""
