"""Which events are of one story: which pairs may be, how likely each is, and the groups that this makes."""
