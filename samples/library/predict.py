# SPDX-License-Identifier: Apache-2.0
"""Predicts with the model of corners.dl from Python, with nothing but ctypes:

    dlc compile corners.dl --emit=sharedlib -o libcorners.so
    python3 predict.py ./libcorners.so corners.safetensors 1.5 -0.5
"""
import ctypes
import sys


class Corners:
    """A model in a block of memory of its own."""

    def __init__(self, library, weights):
        self.library = ctypes.CDLL(library)
        self.library.corners_arena_bytes.restype = ctypes.c_int64
        self.block = ctypes.create_string_buffer(self.library.corners_arena_bytes() + 63)
        self.model = ctypes.c_void_p((ctypes.addressof(self.block) + 63) // 64 * 64)
        self.require(self.library.corners_open(self.model))
        with open(weights, "rb") as file:
            data = file.read()
        self.require(self.library.corners_load(self.model, data, ctypes.c_int64(len(data))))

    def predict(self, x, y):
        point = (ctypes.c_float * 2)(x, y)
        scores = (ctypes.c_float * 2)()
        self.require(self.library.corners_predict(self.model, point, scores))
        return list(scores)

    @staticmethod
    def require(code):
        if code != 0:
            raise RuntimeError(f"code {code}; corners.h says what it means")


if __name__ == "__main__":
    model = Corners(sys.argv[1], sys.argv[2])
    print("scores", *("%.6f" % score for score in model.predict(*map(float, sys.argv[3:5]))))
