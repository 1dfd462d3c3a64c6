"""Questions to ranked events, days to lists, events to those related to them."""
