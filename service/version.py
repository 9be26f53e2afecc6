"""The version of the distribution, as installed."""

from importlib.metadata import version

VERSION = version("annales")
