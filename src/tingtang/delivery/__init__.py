"""Physical items: from the trade to the hand-over, with every step traced."""
