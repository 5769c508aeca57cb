"""The catalogue of personal counter business, and how much of it customers do by themselves."""
