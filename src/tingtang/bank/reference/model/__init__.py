"""The reference bank's rules and books, without I/O."""
