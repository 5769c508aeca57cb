"""Automations: what should follow from what, as a bank edits it without code.

On the pattern of Home Assistant an automation has triggers (what sets it off), a condition (what
must hold then) and actions (what is done). Features offer the words it is written in: kinds of
events, facts, actions. An automation is data; nothing in it is ever executed as text.

``declared`` is what an automation may say, ``offered`` what features bring, ``checks`` refuses what
makes no sense, ``matching``, ``timing``, ``sun`` and ``guard`` decide, ``engine`` looks for what sets
one off, ``promises`` makes that a durable run, ``runner`` does it, ``trial`` replays a day without
doing anything. See docs/decisions/0007-automations.md.
"""
