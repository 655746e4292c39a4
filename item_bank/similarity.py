"""Near-duplicate texts: cosine of TF-IDF over character n-grams, with or without Vietnamese diacritics."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from item_bank.stem import plain_text

N_GRAM = 4
MAX_CHARACTERS = 1_000  # what follows adds time and no doubt
_BLOCK_ROWS = 256
_CANDIDATE_SHARE = 0.05
_PAIRS_AT_ONCE = 20_000

IntArray = NDArray[np.int32]
FloatArray = NDArray[np.float32]

_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower case, no diacritics (đ becomes d), no punctuation: "Trị giá" and "tri gia" are one text."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", bare).strip()


def near_duplicates(texts: Sequence[str], threshold: float = 0.85) -> list[tuple[int, int, float]]:
    """Pairs `(i, j, score)` with i < j and score ≥ threshold; the texts may carry markup."""
    return [
        (int(earlier), int(later), float(score))
        for start, block in _similarity_blocks(texts, threshold)
        for later, earlier, score in zip(block.row + start, block.col, block.data, strict=True)
    ]


def nearest_earlier(texts: Sequence[str], threshold: float = 0.85) -> list[tuple[int, int, float]]:
    """For each text that has one, its most similar earlier text: `(earlier, later, score)`.

    One pair a text at most: a file of equal lines cannot fill the memory with its pairs.
    """
    found: list[tuple[int, int, float]] = []
    for start, block in _similarity_blocks(texts, threshold):
        # per row the last of the order: the highest score, of equals the earliest text
        order = np.lexsort((-block.col, block.data, block.row))
        last = np.flatnonzero(np.diff(block.row[order], append=-1))
        for at in order[last]:
            found.append((int(block.col[at]), start + int(block.row[at]), float(block.data[at])))
    return found


def _similarity_blocks(texts: Sequence[str], threshold: float) -> Iterator[tuple[int, sparse.coo_array]]:
    """Blocks of rows against all earlier rows, as the coordinates of what reaches the threshold.

    Candidates share one of their rare n-grams (`_rarest`); where too many do, the whole block is multiplied.
    """
    if len(texts) < 2:
        return
    vectors = _tfidf(texts)
    rare = _rarest(vectors, threshold)
    by_rare_gram = rare.T.tocsr()
    for start in range(0, len(texts), _BLOCK_ROWS):
        stop = min(start + _BLOCK_ROWS, len(texts))
        near = (rare[start:stop] @ by_rare_gram[:, :stop]).tocoo()
        earlier = near.col < near.row + start
        rows, columns = near.row[earlier], near.col[earlier]
        if len(rows) > _CANDIDATE_SHARE * (stop - start) * stop:
            block = (vectors[start:stop] @ vectors[:stop].T).tocoo()
            earlier = block.col < block.row + start
            rows, columns, scores = block.row[earlier], block.col[earlier], block.data[earlier]
        else:
            scores = _scores(vectors, rows + start, columns)
        # float32 sums of equal texts may end a hair under 1
        kept = scores >= threshold - 1e-6
        shape = (stop - start, len(texts))
        yield (
            start,
            sparse.coo_array((np.minimum(scores[kept], 1.0), (rows[kept], columns[kept])), shape=shape),
        )


def _scores(vectors: sparse.csr_array, rows: IntArray, columns: IntArray) -> FloatArray:
    scores = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        scores[part] = vectors[rows[part]].multiply(vectors[columns[part]]).sum(axis=1)
    return scores


def _rarest(vectors: sparse.csr_array, threshold: float) -> sparse.csr_array:
    """Each row cut to its rarest n-grams, so far that what is cut away is shorter than the threshold.

    Two rows of unit length that share none of these cannot reach the threshold: their common n-grams all lie
    in the part of one of them that was cut away, and a product is no greater than that part's length.
    """
    frequency = np.bincount(vectors.indices, minlength=vectors.shape[1])
    rank = np.empty(vectors.shape[1], dtype=np.int32)
    rank[np.argsort(frequency, kind="stable")] = np.arange(vectors.shape[1], dtype=np.int32)
    # data copied: sorting happens in place
    ranked = sparse.csr_array(
        (vectors.data.copy(), rank[vectors.indices], vectors.indptr), shape=vectors.shape
    )
    ranked.sort_indices()
    squared = ranked.data.astype(np.float64) ** 2
    before = np.concatenate(([0.0], np.cumsum(squared)))
    row_start = np.repeat(before[ranked.indptr[:-1]], np.diff(ranked.indptr))
    kept = 1.0 - (before[:-1] - row_start) >= threshold**2 - 1e-5
    counts = np.concatenate(([0], np.cumsum(kept)))[ranked.indptr]
    return sparse.csr_array((ranked.data[kept], ranked.indices[kept], counts), shape=vectors.shape)


def _tfidf(texts: Sequence[str]) -> sparse.csr_array:
    """Rows of unit length; smooth inverse document frequency, so that no shared n-gram weighs nothing."""
    vocabulary: dict[str, int] = {}
    columns = array("i")
    ends = [0]
    for text in texts:
        padded = f" {fold(plain_text(text[:MAX_CHARACTERS]))} "
        columns.extend(
            vocabulary.setdefault(padded[i : i + N_GRAM], len(vocabulary))
            for i in range(max(1, len(padded) - N_GRAM + 1))
        )
        ends.append(len(columns))
    counts = sparse.csr_array(
        (np.ones(len(columns), dtype=np.float32), np.frombuffer(columns, dtype=np.int32), np.asarray(ends)),
        shape=(len(texts), len(vocabulary)),
    )
    counts.sum_duplicates()
    document_frequency = np.bincount(counts.indices, minlength=len(vocabulary))
    idf = (np.log((1 + len(texts)) / (1 + document_frequency)) + 1).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return sparse.csr_array(sparse.diags_array(1 / lengths, dtype=np.float32) @ counts)
