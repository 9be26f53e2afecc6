"""The rules of the chronicle a second time, naively, to hold the engine against."""
