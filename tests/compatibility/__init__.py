"""Files in the formats that earlier versions wrote, a folder a version; `python -m tests.compatibility` makes one."""
