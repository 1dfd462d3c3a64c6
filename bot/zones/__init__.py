"""Time zones and times of day as people say them. Nothing here knows Discord.

`stored` is the one place that makes a tzinfo of the text that is stored for a zone; `readings` says what a text that
somebody types can mean, with the help of `offsets`, `abbreviations`, `regions` and `gazetteer`; `times` reads times of
day.
"""
