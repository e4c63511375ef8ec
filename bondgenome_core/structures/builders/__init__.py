"""Builders from symmetry and motif rules; every geometry here is a start for relaxation, not a result."""
