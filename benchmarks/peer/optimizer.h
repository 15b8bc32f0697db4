// SPDX-License-Identifier: Apache-2.0
//
// The update of all weights by one call into PyTorch.

#pragma once

#include "network.h"

namespace peer {

class Optimizer {
 public:
  explicit Optimizer(std::vector<Tensor>& weights) : weights_(weights) {
    for (const Tensor& weight : weights) {
      first_.push_back(ops::zeros_like::call(weight, {}, {}, {}, {}, {}));
      second_.push_back(ops::zeros_like::call(weight, {}, {}, {}, {}, {}));
      steps_.push_back(step_);
    }
  }

  void sgd(double lr, double momentum, double decay) {
    ops::_fused_sgd_::call(
        weights_, takeGrads(), first_, decay, momentum, lr, 0, false, false, false, {}, {});
  }

  void adam(double lr) { adaptive<ops::_fused_adam_>(lr, 0); }

  void adamw(double lr, double decay) { adaptive<ops::_fused_adamw_>(lr, decay); }

 private:
  template <typename Update>
  void adaptive(double lr, double decay) {
    ops::add__Tensor::call(step_, one_, 1.0);
    Update::call(
        weights_, takeGrads(), first_, second_, none_, steps_, lr, 0.9, 0.999, decay, 1e-8, false,
        false, {}, {});
  }

  /** The gradients; the weights have none afterwards. */
  const std::vector<Tensor>& takeGrads() {
    grads_.clear();
    for (const Tensor& weight : weights_) {
      grads_.push_back(std::move(weight.impl()->mutable_grad()));
    }
    return grads_;
  }

  std::vector<Tensor>& weights_;
  std::vector<Tensor> first_, second_, grads_, none_, steps_;
  Tensor step_ = filled({}, 0), one_ = filled({}, 1);
};

}  // namespace peer
