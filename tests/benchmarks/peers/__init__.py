"""Dateline side by side with what somebody would take instead.

`__main__` is the command. Each peer has a module in `adapters` and an environment of its own (`environments`), where
`worker` answers over a line protocol; `process` holds the other end of it. All get one `corpus`; `rounds` asks them in
turn, `measures` makes figures of what they said and `tables` shows them.
"""
