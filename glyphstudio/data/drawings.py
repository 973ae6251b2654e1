"""Drawings: a set of labelled bitmaps in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class DataError(ValueError):
    """A source of drawings is unusable. The message is a sentence for the user."""


@dataclass(frozen=True)
class Drawings:
    """D bitmaps of C characters from A alphabets.

    bitmaps: (D, S, S) uint8, 0 paper, 255 ink. character: (D,) indices into `characters`. drawer: (D,) any whole
    numbers. alphabet: (C,) indices into `alphabets`. A character's name is "ALPHABET/characterNN".
    """

    bitmaps: Tensor
    character: NDArray[np.int64]
    drawer: NDArray[np.int64]
    alphabet: NDArray[np.int64]
    characters: tuple[str, ...]
    alphabets: tuple[str, ...]

    @staticmethod
    def of(bitmaps: NDArray[np.uint8], characters: list[str], drawer: list[int]) -> Drawings:
        """Make a set from bitmaps, with one name "ALPHABET/characterNN" and one drawer for each."""
        names, character = np.unique(np.array(characters), return_inverse=True)
        alphabets, alphabet = np.unique([str(name).split("/")[0] for name in names], return_inverse=True)
        return Drawings(
            torch.from_numpy(np.ascontiguousarray(bitmaps)),
            character.astype(np.int64),
            np.asarray(drawer, np.int64),
            alphabet.astype(np.int64),
            tuple(map(str, names)),
            tuple(map(str, alphabets)),
        )

    @staticmethod
    def joined(parts: Sequence[Drawings]) -> Drawings:
        """Return all drawings of `parts` (at least one part); equal names mean the same character."""
        parts = [part for part in parts if len(part)] or list(parts[:1])
        if len(parts) == 1:
            return parts[0]
        names = [part.characters[index] for part in parts for index in part.character]
        drawers = [drawer for part in parts for drawer in part.drawer.tolist()]
        return Drawings.of(np.concatenate([part.bitmaps.numpy() for part in parts]), names, drawers)

    def __len__(self) -> int:
        return len(self.character)

    def only(self, alphabets: Collection[str]) -> Drawings:
        """Return only the drawings of these alphabets. Raises DataError if one of them is missing."""
        missing = sorted(set(alphabets) - set(self.alphabets))
        if missing:
            raise DataError(
                f"The data has no alphabet named {', '.join(missing)}. Give the folder of Omniglot's background set."
            )
        wanted = np.isin(np.array(self.alphabets)[self.alphabet], list(alphabets))
        return self.at(np.flatnonzero(wanted[self.character]))

    def at(self, keep: NDArray[np.int64]) -> Drawings:
        """Return only the drawings at these indices, with their characters and alphabets."""
        names = [self.characters[index] for index in self.character[keep]]
        return Drawings.of(self.bitmaps.numpy()[keep], names, self.drawer[keep].tolist())

    def usable(self, each: int = 2) -> NDArray[np.int64]:
        """Return for each alphabet (A,) how many of its characters have at least `each` drawings."""
        counts = np.bincount(self.character, minlength=len(self.characters))
        return np.bincount(self.alphabet[counts >= each], minlength=len(self.alphabets)).astype(np.int64)

    def without(self, characters: Collection[str]) -> Drawings:
        """Return the same drawings without those of `characters`."""
        gone = np.isin(np.array(self.characters), list(characters))
        return self.at(np.flatnonzero(~gone[self.character])) if gone.any() else self

    def without_doubles(self) -> Drawings:
        """Return only the first of the drawings of a character by the same drawer."""
        _, first = np.unique(np.stack([self.character, self.drawer]), axis=1, return_index=True)
        return self if len(first) == len(self) else self.at(np.sort(first))
