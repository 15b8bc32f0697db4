// SPDX-License-Identifier: Apache-2.0

// Trains the model of corners.dl from Go and writes its weights for others to use:
//
//	dlc compile corners.dl --emit=staticlib -o corners.a
//	go run train.go corners.safetensors
package main

/*
#cgo CFLAGS: -I.
#cgo LDFLAGS: ${SRCDIR}/corners.a
#include <stdlib.h>
#include "corners.h"
*/
import "C"

import (
	"fmt"
	"math/rand"
	"os"
	"unsafe"
)

func require(code C.int32_t) {
	if code != 0 {
		panic(fmt.Sprintf("code %d; corners.h says what it means", code))
	}
}

func main() {
	model := C.aligned_alloc(64, C.size_t(C.corners_arena_bytes()))
	defer C.free(model)
	require(C.corners_open(model))
	require(C.corners_init(model, 1))
	random := rand.New(rand.NewSource(1))
	var loss C.float
	for step := 1; step <= 500; step++ {
		var points [16]C.float
		var labels [8]C.int32_t
		for i := range labels {
			labels[i] = C.int32_t(i % 2)
			points[2*i] = C.float(random.Float32() + float32(labels[i]))
			points[2*i+1] = C.float(random.Float32() - float32(labels[i]))
		}
		require(C.corners_train_step(model, &points[0], &labels[0], 1, C.int32_t(step), 0.01, &loss, nil))
	}
	point := [2]C.float{1.5, -0.5}
	var scores [2]C.float
	require(C.corners_predict(model, &point[0], &scores[0]))
	fmt.Printf("loss %.4f, scores %.6f %.6f\n", loss, scores[0], scores[1])
	bytes := make([]byte, C.corners_saved_bytes())
	require(C.corners_save(model, unsafe.Pointer(&bytes[0])))
	if err := os.WriteFile(os.Args[1], bytes, 0o666); err != nil {
		panic(err)
	}
}
