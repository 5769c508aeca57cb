"""The PIN key of virtual PIN pads, under which the reference bank's made-up customers have their
PINs. It is published here and so protects nothing; real pads are loaded with the bank's own keys.
"""

DEMO_PIN_KEY = bytes.fromhex("0123456789abcdeffedcba98765432100123456789abcdef")
"""Triple DES; its third part is like its first."""
DEMO_PIN_KEY_NAME = "PK"
