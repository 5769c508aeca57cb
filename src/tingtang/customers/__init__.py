"""Customers: records, tiers, care needs, consents, identification."""
