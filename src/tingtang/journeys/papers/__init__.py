"""Papers without a chip: what stands on them is read, proposed, and left to a person to check."""
