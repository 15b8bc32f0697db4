// SPDX-License-Identifier: Apache-2.0
//
// What is measured: a model or a layer, ready to go on.

#pragma once

#include <string>

#include "network.h"

namespace peer {

/** While it lives, nothing is remembered for gradients. */
class NoGrad {
 public:
  NoGrad() { c10::GradMode::set_enabled(false); }
  ~NoGrad() { c10::GradMode::set_enabled(true); }
};

class Subject {
 public:
  virtual ~Subject() = default;

  /** A step of training; for a layer forward and backward. A number of its result. */
  virtual Tensor train() = 0;

  /** Forward alone, as in evaluation. */
  virtual Tensor predict() = 0;

  /** Writes what the two give, to be compared. */
  virtual void dump(const std::string& path) = 0;
};

}  // namespace peer
