"""A record as others link to it: linked data, citations, frames."""
