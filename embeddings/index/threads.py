"""How many threads a look-up takes: one, because a server answers many users at once."""

from __future__ import annotations

import faiss
from threadpoolctl import threadpool_limits


def compute_alone() -> None:
    """Make FAISS and BLAS use the calling thread alone; call it in each thread that answers.

    A query of one thread is several times faster than of two at this size (FAISS, 113,755 rows: 6 ms against 17 to 64),
    and a second thread mostly waits for the first where matrices are small (one question's candidates on two busy
    cores: 0.3 ms of processor time against 6). OpenMP, which FAISS uses, keeps
    the number of threads for each thread; NumPy's BLAS keeps it for the process.
    """
    faiss.omp_set_num_threads(1)
    threadpool_limits(1, user_api="blas")
