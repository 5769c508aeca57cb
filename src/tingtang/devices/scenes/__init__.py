"""Scenes: wanted states of many devices at once, with what came of it on each.

Stateless, on the pattern of Home Assistant: a scene is set, never unset; closing is a scene too.
"""
