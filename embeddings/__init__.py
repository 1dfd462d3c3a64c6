"""News events: archives, an index of them, and answers from it.

Data flows one way: `archive` → `events` → `staging` → `merging` → `build` (`catalogue`, `encoder`, `tuning`,
`fast_encoder`, `journal`, `vectors`, `codes`, `late_interaction`, `prominence`, `index_folder`) → `search` (`words`,
`ranking`, `reranker`, `related`). `export` goes back: an index → `archive`. `wiki` fetches new days of Wikipedia's
Current Events portal and has `build` write them in.

This file imports nothing, so that a command pays only for the modules that it uses. `bot` uses `search` (questions to
answers), `index_folder` and `build` (open and make an index), `encoder`, `fast_encoder`, `dates`, `events`, `errors`,
`settings`, `progress`, `text` and `sample`.
"""
