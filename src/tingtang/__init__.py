"""Tingtang 厅堂: a platform that runs a bank branch."""

__version__ = "0.1.0"
