"""Metrics: what the parts count of themselves, as Prometheus reads it. Only `text.py` knows Prometheus."""
