"""Reads figures as Prometheus would."""

from prometheus_client.parser import text_string_to_metric_families


def samples(text):
    """Each sample's name, labels and value."""
    families = text_string_to_metric_families(text.decode())
    return [(each.name, each.labels, each.value) for found in families for each in found.samples]


def value(figures, name, **labels):
    """The value of one sample; None where there is none."""
    found = [v for n, with_, v in samples(figures.text()) if (n, with_) == (name, labels)]
    return found[0] if found else None
