"""联网核查: asking the register of citizens whether a number and a name belong together."""
