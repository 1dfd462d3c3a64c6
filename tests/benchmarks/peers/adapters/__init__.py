"""One module a peer: `make(folder, model)` gives what `worker.Peer` describes.

Each is the peer's documented use with its default settings and the model of everybody. Only a peer's own environment
imports its module. The packages of that environment stand in the `.txt` beside it, pinned.
"""
