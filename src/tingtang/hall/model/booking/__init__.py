"""Booked times of one branch on one day: plan, holds, confirmation, check-in, no-shows. Pure."""
