"""How the small generative writer is trained: sentences with slots, from prompts, written pieces and real dialogues."""
