"""Mutation testing: how many small faults, put into chosen modules one at a time, their tests notice."""
