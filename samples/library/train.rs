// SPDX-License-Identifier: Apache-2.0
//! Trains the model of corners.dl from Rust and writes its weights for others to use:
//!
//!     dlc compile corners.dl --emit=staticlib -o libcornersstatic.a
//!     rustc -O -L . -l static=cornersstatic train.rs && ./train corners.safetensors
use std::alloc::{alloc, dealloc, Layout};
use std::ptr::null_mut;

extern "C" {
    fn corners_arena_bytes() -> i64;
    fn corners_open(arena: *mut u8) -> i32;
    fn corners_init(arena: *mut u8, seed: i32) -> i32;
    fn corners_train_step(
        arena: *mut u8, point: *const f32, target: *const i32, seed: i32, step: i32, lr: f32,
        loss: *mut f32, output: *mut f32,
    ) -> i32;
    fn corners_predict(arena: *mut u8, point: *const f32, output: *mut f32) -> i32;
    fn corners_saved_bytes() -> i64;
    fn corners_save(arena: *const u8, bytes: *mut u8) -> i32;
}

/// A model in a block of memory of its own.
struct Corners {
    arena: *mut u8,
    layout: Layout,
}

fn require(code: i32) {
    assert_eq!(code, 0, "corners.h says what the code means");
}

impl Corners {
    fn open(seed: i32) -> Corners {
        unsafe {
            let layout = Layout::from_size_align(corners_arena_bytes() as usize, 64).unwrap();
            let arena = alloc(layout);
            require(corners_open(arena));
            require(corners_init(arena, seed));
            Corners { arena, layout }
        }
    }

    fn train_step(&mut self, points: &[f32; 16], labels: &[i32; 8], step: i32) -> f32 {
        let mut loss = 0.0;
        unsafe {
            require(corners_train_step(
                self.arena, points.as_ptr(), labels.as_ptr(), 1, step, 0.01, &mut loss, null_mut(),
            ));
        }
        loss
    }

    fn predict(&mut self, point: &[f32; 2]) -> [f32; 2] {
        let mut scores = [0.0; 2];
        unsafe { require(corners_predict(self.arena, point.as_ptr(), scores.as_mut_ptr())) };
        scores
    }

    fn saved(&self) -> Vec<u8> {
        unsafe {
            let mut bytes = vec![0; corners_saved_bytes() as usize];
            require(corners_save(self.arena, bytes.as_mut_ptr()));
            bytes
        }
    }
}

impl Drop for Corners {
    fn drop(&mut self) {
        unsafe { dealloc(self.arena, self.layout) };
    }
}

fn main() {
    let mut model = Corners::open(1);
    let mut random = 1u32;
    let mut loss = 0.0;
    for step in 1..=500 {
        let mut points = [0.0; 16];
        let mut labels = [0; 8];
        for i in 0..8 {
            labels[i] = (i % 2) as i32;
            for c in 0..2 {
                random = random.wrapping_mul(1664525).wrapping_add(1013904223);
                let corner = if c == 0 { labels[i] } else { -labels[i] };
                points[2 * i + c] = (random >> 16) as f32 / 65536.0 + corner as f32;
            }
        }
        loss = model.train_step(&points, &labels, step);
    }
    let scores = model.predict(&[1.5, -0.5]);
    println!("loss {:.4}, scores {:.6} {:.6}", loss, scores[0], scores[1]);
    let file = std::env::args().nth(1).unwrap_or("corners.safetensors".to_string());
    std::fs::write(file, model.saved()).unwrap();
}
