"""How many threads a look-up takes: one, because a server answers many users at once."""

from __future__ import annotations

import sys
import threading

_thread = threading.local()
"""What is so in this thread: `alone`, that it is to compute alone; `settled`, that FAISS knows it."""


def compute_alone() -> None:
    """Make FAISS and BLAS use the calling thread alone; call it in each thread that answers.

    A query of one thread is several times faster than of two at this size (FAISS, 113,755 rows: 6 ms against 17 to 64),
    and a second thread mostly waits for the first where matrices are small (one question's candidates on two busy
    cores: 0.3 ms of processor time against 6). OpenMP, which FAISS uses, keeps
    the number of threads for each thread; NumPy's BLAS keeps it for the process.

    Libraries that are loaded later are told by `settle`.
    """
    _thread.alone = True
    if "faiss" in sys.modules:
        settle()
    elif "numpy" in sys.modules:
        _limit_blas()


def settle() -> None:
    """Have FAISS, which is loaded now, do what this thread wished by `compute_alone`."""
    if not getattr(_thread, "alone", False) or getattr(_thread, "settled", False):
        return
    import faiss

    faiss.omp_set_num_threads(1)
    _limit_blas()
    _thread.settled = True


def _limit_blas() -> None:
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
