// SPDX-License-Identifier: Apache-2.0
//
// The part of libtorch's C++ binary interface that peer.cpp calls. The packages that libtorch's
// shared libraries come in have no headers, so the few entry points that a training step needs are
// declared here. The names and parameter types below make up the mangled names, so a function that
// is declared wrongly does not link. It holds for PyTorch 2.7 to 2.13, in the C++11 ABI.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace c10 {

enum class ScalarType : int8_t { Long = 4, Float = 6 };
enum class Layout : int8_t {};
enum class MemoryFormat : int8_t { Contiguous = 0, ChannelsLast = 2 };

struct Device {
  int8_t type;
  int8_t index;
};

// A size. Only the plain, not the symbolic kind. The destructor decides how it is passed.
class SymInt {
 public:
  SymInt(int64_t value) : value_(value) {}
  ~SymInt() {}

 private:
  int64_t value_;
};

// A number of type double or int64: a tag, then a union whose largest member is a complex.
class Scalar {
 public:
  Scalar(double value) : tag_(0), value_{value, 0} {}
  ~Scalar() {}
  double toDouble() const { return value_[0]; }

 private:
  int32_t tag_;
  alignas(16) double value_[2];
};

template <typename T>
class ArrayRef {
 public:
  ArrayRef(const std::vector<T>& values) : data_(values.data()), size_(values.size()) {}

 private:
  const T* data_;
  size_t size_;
};

struct UndefinedTensorImpl {
  static UndefinedTensorImpl _singleton;
};

struct TensorImpl;

struct GradMode {
  static void set_enabled(bool enabled);
};

}  // namespace c10

extern "C" {
int32_t aoti_torch_new_tensor_handle(void* tensor, void** copy);
int32_t aoti_torch_delete_tensor_object(void* tensor);
int32_t aoti_torch_get_data_ptr(void* tensor, void** data);
}

namespace at {

// One counted pointer. Counting is left to libtorch, which does it for tensors on the heap.
class Tensor {
 public:
  Tensor() : impl_(undefined()) {}
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, undefined())) {}
  Tensor(const Tensor& other) {
    void* copy = nullptr;
    aoti_torch_new_tensor_handle(const_cast<Tensor*>(&other), &copy);
    impl_ = std::exchange(static_cast<Tensor*>(copy)->impl_, undefined());
    aoti_torch_delete_tensor_object(copy);
  }
  Tensor& operator=(Tensor other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ~Tensor() {
    if (impl_ != undefined()) {
      aoti_torch_delete_tensor_object(new Tensor(std::move(*this)));
    }
  }
  c10::TensorImpl* impl() const { return impl_; }

 private:
  static c10::TensorImpl* undefined() {
    return reinterpret_cast<c10::TensorImpl*>(&c10::UndefinedTensorImpl::_singleton);
  }

  c10::TensorImpl* impl_;
};

// A random number generator; none is ever passed.
struct Generator {
  void* impl;
  ~Generator() {}
};

class Context {
 public:
  bool setFlushDenormal(bool on);
};
Context& globalContext();
void set_num_threads(int threads);
std::string show_config();

namespace _ops {

using c10::ArrayRef;
using c10::Scalar;
using c10::SymInt;
using Type = std::optional<c10::ScalarType>;
using Layout = std::optional<c10::Layout>;
using Device = std::optional<c10::Device>;
using Pinned = std::optional<bool>;
using MaybeTensor = std::optional<Tensor>;

struct randn {
  static Tensor call(ArrayRef<SymInt> size, Type, Layout, Device, Pinned);
};
struct randint {
  static Tensor call(SymInt high, ArrayRef<SymInt> size, Type, Layout, Device, Pinned);
};
struct zeros {
  static Tensor call(ArrayRef<SymInt> size, Type, Layout, Device, Pinned);
};
struct zeros_like {
  static Tensor call(
      const Tensor&, Type, Layout, Device, Pinned, std::optional<c10::MemoryFormat>);
};
struct uniform_ {
  static Tensor& call(Tensor&, double from, double to, std::optional<Generator>);
};
struct fill__Scalar {
  static Tensor& call(Tensor&, const Scalar&);
};
struct add__Tensor {
  static Tensor& call(Tensor&, const Tensor&, const Scalar& alpha);
};
struct add_Tensor {
  static Tensor call(const Tensor&, const Tensor&, const Scalar& alpha);
};
struct item {
  static Scalar call(const Tensor&);
};
struct contiguous {
  static Tensor call(const Tensor&, c10::MemoryFormat);
};
struct requires_grad_ {
  static Tensor& call(Tensor&, bool);
};
struct linear {
  static Tensor call(const Tensor&, const Tensor& weight, const MaybeTensor& bias);
};
struct conv2d {
  static Tensor call(
      const Tensor&, const Tensor& weight, const MaybeTensor& bias, ArrayRef<SymInt> stride,
      ArrayRef<SymInt> padding, ArrayRef<SymInt> dilation, SymInt groups);
};
struct batch_norm {
  static Tensor call(
      const Tensor&, const MaybeTensor& weight, const MaybeTensor& bias, const MaybeTensor& mean,
      const MaybeTensor& var, bool training, double momentum, double eps, bool cudnn);
};
struct relu {
  static Tensor call(const Tensor&);
};
struct max_pool2d {
  static Tensor call(
      const Tensor&, ArrayRef<int64_t> kernel, ArrayRef<int64_t> stride, ArrayRef<int64_t> padding,
      ArrayRef<int64_t> dilation, bool ceil);
};
struct adaptive_avg_pool2d {
  static Tensor call(const Tensor&, ArrayRef<SymInt> size);
};
struct flatten_using_ints {
  static Tensor call(const Tensor&, int64_t start, int64_t end);
};
struct cross_entropy_loss {
  static Tensor call(
      const Tensor&, const Tensor& target, const MaybeTensor& weight, int64_t reduction,
      SymInt ignore, double smoothing);
};
struct _fused_sgd_ {
  static void call(
      ArrayRef<Tensor> weights, ArrayRef<Tensor> grads, ArrayRef<Tensor> momenta,
      double weight_decay, double momentum, double lr, double dampening, bool nesterov,
      bool maximize, bool first_step, const MaybeTensor& grad_scale, const MaybeTensor& found_inf);
};
struct _fused_adam_ {
  static void call(
      ArrayRef<Tensor> weights, ArrayRef<Tensor> grads, ArrayRef<Tensor> averages,
      ArrayRef<Tensor> squares, ArrayRef<Tensor> max_squares, ArrayRef<Tensor> steps, double lr,
      double beta1, double beta2, double weight_decay, double eps, bool amsgrad, bool maximize,
      const MaybeTensor& grad_scale, const MaybeTensor& found_inf);
};

}  // namespace _ops
}  // namespace at

namespace c10 {

struct TensorImpl {
  at::Tensor& mutable_grad();
};

}  // namespace c10

namespace torch::autograd {

void backward(
    const std::vector<at::Tensor>& losses, const std::vector<at::Tensor>& grads,
    std::optional<bool> retain_graph, bool create_graph, const std::vector<at::Tensor>& inputs);

}  // namespace torch::autograd
