"""The embedded reference bank: a small core bank of its own, with real books, behind HTTP."""
