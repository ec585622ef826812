"""Trying prompts on whole turns: cases, replay, checks, comparison, publication. No command line and no web in here."""
