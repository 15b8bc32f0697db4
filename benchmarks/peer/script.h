// SPDX-License-Identifier: Apache-2.0
//
// Functions on tensors as TorchScript, which PyTorch compiles and interprets; differentiation and
// all else happens as in a program: its own optimizer is off.

#pragma once

#include <memory>

#include "torch_abi.h"

namespace c10 {

// A value of the interpreter: a tensor here, so that what it has beside tensors needs no names.
class IValue {
 public:
  IValue(at::Tensor tensor) : tensor_(std::move(tensor)), tag_(kTensor) {}
  IValue(IValue&& other) noexcept
      : tensor_(std::move(other.tensor_)), tag_(std::exchange(other.tag_, 0)) {}
  IValue& operator=(IValue&& other) noexcept {
    std::swap(tensor_, other.tensor_);
    std::swap(tag_, other.tag_);
    return *this;
  }
  at::Tensor takeTensor() { return tag_ == kTensor ? std::move(tensor_) : at::Tensor(); }

 private:
  static constexpr uint32_t kTensor = 1;

  at::Tensor tensor_;
  uint32_t tag_;
};
static_assert(sizeof(IValue) == 16);

}  // namespace c10

namespace torch::jit {

struct GraphFunction {
  void run(std::vector<c10::IValue>& stack);
};

// Its functions come first.
struct CompilationUnit {
  std::vector<std::unique_ptr<GraphFunction>> functions;
};

std::shared_ptr<CompilationUnit> compile(const std::string& source);
void setGraphExecutorOptimize(bool optimizes);

}  // namespace torch::jit

namespace peer {

/** The only function of a text: tensors in, one tensor out. */
class Script {
 public:
  explicit Script(const std::string& source) : unit_(torch::jit::compile(source)) {}

  at::Tensor operator()(const std::vector<at::Tensor>& arguments) {
    torch::jit::setGraphExecutorOptimize(false);
    std::vector<c10::IValue> stack;
    stack.reserve(arguments.size() + 1);
    for (const at::Tensor& argument : arguments) {
      stack.emplace_back(argument);
    }
    unit_->functions.front()->run(stack);
    return stack.back().takeTensor();
  }

 private:
  std::shared_ptr<torch::jit::CompilationUnit> unit_;
};

}  // namespace peer
